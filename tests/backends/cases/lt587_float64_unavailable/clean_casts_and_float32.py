"""Data of float64 for layers of float32, a layer that casts on purpose, and one that only infers shapes."""

import keras
import numpy as np


class Coarse(keras.layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), dtype="float32")

    def call(self, x):
        return keras.ops.cast(x, "float32") * self.scale


keras.Sequential([keras.Input((2,), dtype="float64"), keras.layers.Dense(1)]).predict(np.ones((4, 2)), verbose=0)
keras.layers.Dense(1, dtype="float32")(np.ones((4, 2), "float64"))
Coarse(dtype="float64")(np.ones((4, 2)))
keras.layers.Dense(1, dtype="float64")(keras.Input((2,), dtype="float64"))
keras.layers.Dense(1, dtype="mixed_float16")(np.ones((4, 2)))
