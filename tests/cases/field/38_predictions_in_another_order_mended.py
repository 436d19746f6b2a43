# SOURCE: https://github.com/keras-team/keras/issues/5048
# MENDED: twin of 38_predictions_in_another_order.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(64, 4).astype("float32")
y = (x[:, 0] > 0.5).astype("int32")
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64).batch(16)
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", "binary_crossentropy")
judge.fit(data, epochs=2, verbose=0)
ordered = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
guesses = judge.predict(ordered, verbose=0)[:, 0] > 0.5
truth = np.concatenate([labels for _, labels in ordered])
print("accuracy:", np.mean(guesses == truth))
