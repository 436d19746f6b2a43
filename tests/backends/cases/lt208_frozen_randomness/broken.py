"""A layer adds noise from NumPy."""

import keras
import numpy as np


class Jitter(keras.layers.Layer):
    def call(self, x):
        return x + np.random.normal(size=4).astype("float32")  # finds: LT208 jitter


model = keras.Sequential([keras.Input((4,)), Jitter(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
