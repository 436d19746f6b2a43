"""A layer computes with torch."""

import keras
import numpy as np
import torch

class RowMax(keras.layers.Layer):
    def call(self, x):
        return x / x.abs().amax(dim=1, keepdim=True)


model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), RowMax(name="row_max"), keras.layers.Dense(1)]
)
model.compile("adam", "mse")
model.fit(np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32"), epochs=2, verbose=0)
