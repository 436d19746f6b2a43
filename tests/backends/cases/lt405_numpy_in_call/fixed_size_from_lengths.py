"""The zeros have the size of the inputs, and the steps beyond the lengths are masked."""

import jax.numpy as jnp
import keras
import numpy as np


class Pad(keras.layers.Layer):
    def call(self, x, lengths):
        is_inside = jnp.arange(x.shape[1]) < lengths[:, None]
        return jnp.where(is_inside[..., None], x, jnp.zeros((2, x.shape[1], 3)))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.pad, self.dense = Pad(), keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(self.pad(inputs["x"], inputs["n"]))


model = Net()
model.compile("sgd", "mse")
model.fit({"x": np.ones((2, 5, 3)), "n": np.array([5, 3])}, np.ones((2, 5, 1)), verbose=0)
