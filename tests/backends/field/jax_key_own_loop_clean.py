"""The key is split for each step."""

import jax
import jax.numpy as jnp
import keras
import numpy as np


class Drop(keras.layers.Layer):
    def call(self, x, key):
        keep = jax.random.bernoulli(key, 0.5, x.shape)
        return jnp.where(keep, x / 0.5, 0.0)


drop = Drop(name="drop")
key = jax.random.PRNGKey(3)


@jax.jit
def step(x, key):
    return drop(x, key).sum()


for _ in range(6):
    key, now = jax.random.split(key)
    step(np.ones((4, 8), "float32"), now)
