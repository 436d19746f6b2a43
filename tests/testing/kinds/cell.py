"""A recurrent cell, in the layer that runs it."""

import keras
from keras import ops


class Gated(keras.layers.Layer):
    def __init__(self, units, leak=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.leak = leak
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(
            shape=(self.units, self.units), initializer="orthogonal", name="recurrent"
        )

    def call(self, inputs, states):
        previous = states[0]
        proposal = ops.tanh(ops.matmul(inputs, self.kernel) + ops.matmul(previous, self.recurrent))
        output = self.leak * previous + (1 - self.leak) * proposal
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units, "leak": self.leak}


def create():
    return Gated(3, leak=0.25)


INPUTS = ("float32[2, 5]", ["float32[2, 3]"])
