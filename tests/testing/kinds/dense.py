"""A dense layer with an activation."""

import keras
from keras import ops


class Affine(keras.layers.Layer):
    def __init__(self, units, use_bias=True, slope=0.1, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.slope = slope

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        outputs = ops.matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return ops.leaky_relu(outputs, self.slope)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "use_bias": self.use_bias, "slope": self.slope}


def create():
    return Affine(3, slope=0.3)


INPUTS = ("float32[2, 5]",)
