"""Python decides once whether a layer is skipped."""

import random

import keras
import numpy as np


class Skipped(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x, training=False):
        if training and random.random() < 0.5:  # finds: LT208 skipped
            return x
        return x + self.dense(x)


model = keras.Sequential([keras.Input((4,)), Skipped(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
