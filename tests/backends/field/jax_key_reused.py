"""Every batch is augmented with the same noise, because the key is made once and never split.

https://github.com/jax-ml/jax/issues/170
"""

import jax
import keras
import numpy as np

key = jax.random.PRNGKey(0)


class Jitter(keras.layers.Layer):
    def call(self, x, training=False):
        if training:
            return x + 0.1 * jax.random.normal(key, x.shape)
        return x


model = keras.Sequential([keras.Input((4,)), Jitter(name="jitter"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
