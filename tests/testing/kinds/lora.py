"""A frozen kernel with a trained update of low rank."""

import keras
from keras import ops


class LowRank(keras.layers.Layer):
    def __init__(self, units, rank=2, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rank = rank
        self.alpha = alpha

    def build(self, input_shape):
        width = input_shape[-1]
        self.kernel = self.add_weight(shape=(width, self.units), trainable=False, name="kernel")
        self.down = self.add_weight(shape=(width, self.rank), name="down")
        self.up = self.add_weight(shape=(self.rank, self.units), name="up")

    def call(self, inputs):
        update = ops.matmul(ops.matmul(inputs, self.down), self.up)
        return ops.matmul(inputs, self.kernel) + self.alpha * update

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rank": self.rank, "alpha": self.alpha}


def create():
    return LowRank(3, rank=1, alpha=0.5)


INPUTS = ("float32[2, 5]",)
