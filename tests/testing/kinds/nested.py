"""A layer with nested inputs and outputs."""

import keras
from keras import ops


class Towers(keras.layers.Layer):
    def __init__(self, units, share=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.share = share
        self.user = keras.layers.Dense(units)
        self.item = keras.layers.Embedding(9, units)

    def build(self, input_shape):
        self.user.build(input_shape["user"])
        self.item.build(input_shape["item"])

    def call(self, inputs):
        user = self.user(inputs["user"])
        item = ops.mean(self.item(inputs["item"]), axis=1)
        mixed = self.share * user + (1 - self.share) * item
        return {"mixed": mixed, "parts": (user, item)}

    def get_config(self):
        return {**super().get_config(), "units": self.units, "share": self.share}


def create():
    return Towers(3, share=0.25)


INPUTS = ({"user": "float32[2, 5]", "item": "int32[2, 4] < 9"},)
