"""The layers run eagerly and often, so that each compilation is worth it; and fit compiles all of them as one."""

from functools import partial

import jax
import keras
import numpy as np


class Norm(keras.layers.Layer):
    @partial(jax.jit, static_argnums=0)
    def scaled(self, x):
        return x / keras.ops.sum(x)

    def call(self, x):
        return self.scaled(x)


stack = [Norm() for _ in range(6)]
for _ in range(6):
    x = np.ones((2, 2), "float32")
    for layer in stack:
        x = layer(x)
model = keras.Sequential([keras.Input((2,)), *[Norm() for _ in range(6)], keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
