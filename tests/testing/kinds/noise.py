"""Noise in training."""

import keras
from keras import ops


class Noisy(keras.layers.Layer):
    def __init__(self, units, stddev=0.1, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.stddev = stddev
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, inputs, training=False):
        outputs = ops.matmul(inputs, self.kernel)
        if training:
            noise = keras.random.normal(ops.shape(outputs), dtype=outputs.dtype, seed=self.generator)
            outputs = outputs + self.stddev * noise
        return outputs

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "stddev": self.stddev, "seed": self.seed}


def create():
    return Noisy(3, stddev=0.3, seed=1)


INPUTS = ("float32[2, 5]",)
