# A block applies its only Dense twice, in fit
import keras
import numpy as np


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(5, name="dense")

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(self.dense(x))  # finds: LT313 dense


model = keras.Sequential([keras.Input((3,)), Block(name="block")])
print(model(np.ones((2, 3))))
