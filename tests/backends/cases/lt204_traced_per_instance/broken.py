"""A method with a static self is compiled for each of six layers."""

from functools import partial

import jax
import keras
import numpy as np


class Norm(keras.layers.Layer):
    @partial(jax.jit, static_argnums=0)  # finds: LT204 -
    def scaled(self, x):
        return x / keras.ops.sum(x)

    def call(self, x):
        return self.scaled(x)


x = np.ones((2, 2), "float32")
for layer in [Norm() for _ in range(6)]:
    x = layer(x)
