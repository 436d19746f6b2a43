"""A layer that is called eagerly creates another weight each time."""

import keras
import numpy as np


class Shifted(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def call(self, x):
        shift = self.add_weight(shape=(4,), initializer="zeros", name="shift")  # finds: LT101 shifted
        return x + shift


shifted = Shifted(name="shifted")
for _ in range(2):
    shifted(np.ones((2, 4), "float32"))
