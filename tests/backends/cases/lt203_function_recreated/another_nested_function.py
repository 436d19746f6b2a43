"""A function that is called for each step decorates a function inside it."""

import jax
import jax.numpy as jnp
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def score(x, scale):
    @jax.jit
    def scaled(x):
        return jnp.sum(model(x) * scale)

    return scaled(x)  # finds: LT203 -


x = np.ones((8, 4), "float32")
print([float(score(x, 0.1 * number)) for number in range(6)])
