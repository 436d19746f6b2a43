"""A layer collects the means of its batches, and the program does not import JAX."""

import keras
import numpy as np


class Monitor(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.means = []

    def call(self, x):
        self.means.append(keras.ops.mean(x))  # finds: LT402 monitor
        return x


model = keras.Sequential([keras.Input((4,)), Monitor(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
