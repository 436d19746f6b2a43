# SOURCE: https://github.com/keras-team/keras/issues/5048
# SYMPTOM: predict on a shuffled dataset, and the labels of another iteration: the accuracy is that of chance
# CULPRIT: judge
# LINE: 17
# FIX: predict on a dataset that is not shuffled
# OUTCOME: silent
# IDEAL: data is shuffled again in each iteration, so the predictions of judge and the labels are in another order.
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(64, 4).astype("float32")
y = (x[:, 0] > 0.5).astype("int32")
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64).batch(16)
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", "binary_crossentropy")
judge.fit(data, epochs=2, verbose=0)
guesses = judge.predict(data, verbose=0)[:, 0] > 0.5
truth = np.concatenate([labels for _, labels in data])
print("accuracy:", np.mean(guesses == truth))
