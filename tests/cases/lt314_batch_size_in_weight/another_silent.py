# All batches have the same size, so nobody notices that each example has a weight of its own
import keras
import numpy as np


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=tuple(input_shape), initializer="ones", name="scale")  # finds: LT314 scale

    def call(self, x):
        return x * self.scale


scale = Scale(name="scale")
for _ in range(3):
    scale(np.ones((8, 2), "float32"))
