"""The counter is a weight."""

import keras
import numpy as np


class Warm(keras.layers.Layer):
    def build(self, shape):
        self.n = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.n.assign_add(1)
        return x * keras.ops.minimum(self.n / 10, 1.0)


model = keras.Sequential([keras.Input((4,)), Warm(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
if keras.ops.convert_to_numpy(model.layers[0].n) != 8:
    raise RuntimeError("it does not count each batch")
