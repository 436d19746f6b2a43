"""A layer around another one."""

import keras


class Residual(keras.layers.Layer):
    def __init__(self, inner, weight=1.0, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner
        self.weight = weight

    def build(self, input_shape):
        if not self.inner.built:
            self.inner.build(input_shape)

    def call(self, inputs):
        return inputs + self.weight * self.inner(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        return {**config, "inner": keras.layers.serialize(self.inner), "weight": self.weight}

    @classmethod
    def from_config(cls, config):
        inner = keras.layers.deserialize(config.pop("inner"))
        return cls(inner, **config)


def create():
    return Residual(keras.layers.Dense(5, activation="tanh"), weight=0.5)


INPUTS = ("float32[2, 5]",)
