"""A layer counts its calls in a weight, and two functions that are jitted call it."""

import jax
import keras
import numpy as np


class Counted(keras.layers.Layer):
    def build(self, shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x):
        self.calls.assign_add(1)
        return x


model = keras.Sequential([keras.Input((4,)), Counted(name="counted"), keras.layers.Dense(1)])
predict = jax.jit(lambda x: model(x))  # finds: LT407 counted

for _ in range(3):
    predict(np.ones((8, 4), "float32"))
