# A weight for each feature
import keras
import numpy as np


class Shift(keras.layers.Layer):
    def build(self, input_shape):
        self.shift = self.add_weight(shape=input_shape[1:], initializer="ones")

    def call(self, x):
        return x + self.shift


shift = Shift(name="shift")
print("4 examples:", shift(np.ones((4, 2), "float32")).shape)
print("3 examples:", shift(np.ones((3, 2), "float32")).shape)
