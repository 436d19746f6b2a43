"""An attention that heeds a mask."""

import keras
from keras import ops


class Pooling(keras.layers.Layer):
    def __init__(self, units, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.temperature = temperature
        self.supports_masking = True

    def build(self, input_shape):
        self.query = self.add_weight(shape=(input_shape[-1],), name="query", initializer="ones")
        self.value = self.add_weight(shape=(input_shape[-1], self.units), name="value")

    def call(self, inputs, mask=None):
        scores = ops.sum(inputs * self.query, axis=-1) / self.temperature
        if mask is not None:
            scores = ops.where(mask, scores, ops.full_like(scores, -1e4))
        weights = ops.softmax(scores, axis=-1)
        pooled = ops.sum(inputs * ops.expand_dims(weights, -1), axis=1)
        return ops.matmul(pooled, self.value)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "temperature": self.temperature}


def create():
    return Pooling(3, temperature=2.0)


INPUTS = ("float32[2, 6, 4]",)
