"""A layer takes its input through NumPy, and the layers before it get no gradient."""

import keras
import numpy as np
import torch

class RowMax(keras.layers.Layer):
    def call(self, x):
        values = keras.ops.convert_to_numpy(x)  # finds: LT504 row_max
        return torch.from_numpy(values / np.abs(values).max(axis=1, keepdims=True))


model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), RowMax(name="row_max"), keras.layers.Dense(1)]
)
model.compile("adam", "mse")
model.fit(np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32"), epochs=2, verbose=0)
