"""A layer that adds losses."""

import keras
from keras import ops


class Sparse(keras.layers.Layer):
    def __init__(self, units, rate=0.01, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, inputs):
        outputs = ops.matmul(inputs, self.kernel)
        self.add_loss(self.rate * ops.mean(ops.abs(outputs)))
        return ops.relu(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rate": self.rate}


def create():
    return Sparse(4, rate=0.1)


INPUTS = ("float32[3, 5]",)
