"""Random features, and an order of the columns, are the same in each step on purpose."""

import jax
import jax.numpy as jnp
import keras
import numpy as np


class Fourier(keras.layers.Layer):
    def call(self, x):
        frequencies, phases = jax.random.split(jax.random.fold_in(jax.random.key(1), 2))
        projected = x @ jax.random.normal(frequencies, (x.shape[-1], 16))
        return jnp.cos(projected + jax.random.uniform(phases, (16,), maxval=6.28))


class Features(keras.layers.Layer):
    def call(self, x):
        projected = x @ jax.random.normal(jax.random.key(3), (x.shape[-1], 8))
        return jnp.concatenate([jnp.cos(projected), jnp.sin(projected)], axis=-1)


class Permuted(keras.layers.Layer):
    key = jax.random.key(0)

    def call(self, x):
        order = jax.random.permutation(self.key, x.shape[-1])
        return x[:, order]


model = keras.Sequential([keras.Input((4,)), Fourier(), Permuted(), Features(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
