"""A layer makes zeros for the longest sequence, a number that only the data have.

https://github.com/jax-ml/jax/issues/14279
"""

import jax.numpy as jnp
import keras
import numpy as np


class Pad(keras.layers.Layer):
    def call(self, x, lengths):
        longest = jnp.max(lengths)
        return x + jnp.zeros((2, longest, 3))  # finds: LT405 pad


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.pad, self.dense = Pad(), keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(self.pad(inputs["x"], inputs["n"]))


model = Net()
model.compile("sgd", "mse")
model.fit({"x": np.ones((2, 5, 3)), "n": np.array([5, 5])}, np.ones((2, 5, 1)), verbose=0)
