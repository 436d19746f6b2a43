# Another program with LT404
import numpy as np, tensorflow as tf, keras
from keras import layers

class Flat(layers.Layer):
    def build(self, shape): self.built = True
    def call(self, x):
        batch, height, width = x.shape  # finds: LT404 flat
        return tf.reshape(x, tf.stack([batch * 1, height * width]))
model = keras.Sequential([Flat(name="flat"), layers.Dense(1)])
model.compile("sgd", "mse")
model(np.ones((2, 2, 2), "float32"))
inputs = keras.Input((2, 2))
model(inputs)
