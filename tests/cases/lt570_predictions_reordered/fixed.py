# LT570 fixed
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.arange(64, dtype="float32")[:, None]
data = tf.data.Dataset.from_tensor_slices((x, x)).shuffle(64).batch(16)
same = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="ones")], name="same")
data = data.cache()
predicted = same.predict(data, verbose=0)
labels = np.concatenate([label for _, label in data])
print("same order:", np.allclose(predicted, labels))
