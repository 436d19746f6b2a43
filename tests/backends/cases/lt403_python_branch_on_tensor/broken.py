"""A layer branches on a sum."""

import keras
import numpy as np


class Gate(keras.layers.Layer):
    def call(self, x):
        if keras.ops.sum(x) > 0:  # finds: LT403 gate
            return x
        return -x


model = keras.Sequential([keras.Input((4,)), Gate(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
