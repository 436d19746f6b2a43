"""A block with layers inside."""

import keras


class FeedForward(keras.layers.Layer):
    def __init__(self, width, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.rate = rate
        self.supports_masking = True
        self.norm = keras.layers.LayerNormalization()
        self.inner = keras.layers.Dense(width, activation="gelu")
        self.drop = keras.layers.Dropout(rate)

    def build(self, input_shape):
        self.norm.build(input_shape)
        self.inner.build(input_shape)
        self.outer = keras.layers.Dense(input_shape[-1])
        self.outer.build((*input_shape[:-1], self.width))

    def call(self, inputs, training=False):
        features = self.inner(self.norm(inputs))
        return inputs + self.outer(self.drop(features, training=training))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "width": self.width, "rate": self.rate}


def create():
    return FeedForward(7, rate=0.2)


INPUTS = ("float32[2, 6, 4]",)
