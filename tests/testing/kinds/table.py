"""Constant tables in mixed precision."""

import keras
import numpy as np
from keras import ops


class Positions(keras.layers.Layer):
    def __init__(self, base=100.0, **kwargs):
        super().__init__(**kwargs)
        self.base = base
        self.supports_masking = True

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        steps = np.arange(input_shape[1])[:, None]
        rates = self.base ** (-np.arange(input_shape[2]) / input_shape[2])
        self.table = np.sin(steps * rates)

    def call(self, inputs):
        table = ops.cast(self.table, self.compute_dtype)
        return inputs + self.scale * table

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "base": self.base}


def create():
    return Positions(base=50.0)


INPUTS = ("float32[2, 6, 4]",)
