"""One function serves all layers."""

import jax
import keras
import numpy as np


class Norm(keras.layers.Layer):
    @staticmethod
    @jax.jit
    def scaled(x):
        return x / keras.ops.sum(x)

    def call(self, x):
        return self.scaled(x)


x = np.ones((2, 2), "float32")
for layer in [Norm() for _ in range(6)]:
    x = layer(x)
