"""A function that a layer calls draws with a key that the module has made once."""

import jax
import keras
import numpy as np

KEY = jax.random.key(0)


def jittered(x):
    here, there = jax.random.split(KEY)
    return x + 0.1 * jax.random.normal(here, x.shape)  # finds: LT208 jitter


class Jitter(keras.layers.Layer):
    def call(self, x, training=False):
        return jittered(x) if training else x


model = keras.Sequential([keras.Input((4,)), Jitter(name="jitter"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
