"""A layer draws with a key of JAX that it has made once."""

import jax
import keras
import numpy as np


class Noise(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.key = jax.random.PRNGKey(0)

    def call(self, x):
        return x + 0.1 * jax.random.normal(self.key, x.shape)  # finds: LT208 noise


model = keras.Sequential([keras.Input((4,)), Noise(name="noise"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
