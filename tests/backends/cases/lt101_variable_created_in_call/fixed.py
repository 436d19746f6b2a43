"""The weight is created in `build`."""

import keras
import numpy as np


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(4,), initializer="ones", name="w")

    def call(self, x):
        return x * self.w


model = keras.Sequential([keras.Input((4,)), Scale(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
