"""A layer of a function that is jitted by hand loops until its norm is small."""

import jax
import keras
import numpy as np


class Shrink(keras.layers.Layer):
    def call(self, x):
        while keras.ops.max(x) > 1.0:  # finds: LT403 shrink
            x = x / 2
        return x


shrink = Shrink()
shrink.build((2, 4))
print(jax.jit(lambda x: shrink(x))(np.full((2, 4), 5.0, "float32")))
