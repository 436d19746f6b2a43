"""The layer is created inside the function: that is the mistake, and not what is in its variables then."""

import jax
import keras
import numpy as np

kept = []


class Normalized(keras.layers.Layer):
    def call(self, x):
        norm = keras.layers.BatchNormalization()  # finds: LT103 normalized
        kept.append(norm)  # finds: LT205 normalized
        return norm(x, training=True)


normalized = Normalized(name="normalized")
normalized.build((2, 3))
step = jax.jit(lambda x: normalized(x))
step(np.ones((2, 3), "float32"))
