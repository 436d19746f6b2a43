"""An operation chooses."""

import keras
import numpy as np


class Gate(keras.layers.Layer):
    def call(self, x):
        return keras.ops.where(keras.ops.sum(x) > 0, x, -x)


model = keras.Sequential([keras.Input((4,)), Gate(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
