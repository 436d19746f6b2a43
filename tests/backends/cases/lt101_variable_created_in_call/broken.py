"""A layer creates its weight in `call`."""

import keras
import numpy as np


class Scale(keras.layers.Layer):
    def call(self, x):
        w = keras.Variable(keras.ops.ones((4,)), name="w")  # finds: LT101 scale
        return x * w


model = keras.Sequential([keras.Input((4,)), Scale(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
