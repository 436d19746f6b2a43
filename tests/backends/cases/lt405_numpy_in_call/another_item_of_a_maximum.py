"""A layer takes a Python number of its input by item."""

import keras
import numpy as np


class Scale(keras.layers.Layer):
    def call(self, x):
        largest = keras.ops.max(x).item()  # finds: LT405 scale
        return x / largest


model = keras.Sequential([Scale(name="scale"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
