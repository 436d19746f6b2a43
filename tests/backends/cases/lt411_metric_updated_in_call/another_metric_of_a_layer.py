"""A layer counts how many of its outputs are 0."""

import keras
import numpy as np


class Sparse(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.zeros = keras.metrics.Mean(name="zeros")

    def call(self, x):
        x = keras.ops.relu(x)
        self.zeros.update_state(keras.ops.cast(x == 0, "float32"))  # finds: LT411 sparse
        return x


inputs = keras.Input((4,))
outputs = keras.layers.Dense(1)(Sparse(name="sparse")(keras.layers.Dense(8)(inputs)))
model = keras.Model(inputs, outputs)
model.compile("sgd", "mse")
model.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
