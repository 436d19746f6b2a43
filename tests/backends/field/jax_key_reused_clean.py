"""The layer draws with a seed generator, whose state moves in each step."""

import jax
import keras
import numpy as np


class Jitter(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(0)

    def call(self, x, training=False):
        if training:
            return x + 0.1 * jax.random.normal(self.seed.next(), x.shape)
        return x


model = keras.Sequential([keras.Input((4,)), Jitter(name="jitter"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
