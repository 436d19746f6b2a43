"""`build` creates a variable from an array; `fit` infers the shapes of the model first."""

import keras
import numpy as np


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = keras.Variable(np.full(input_shape[-1], 2.0), name="scale")  # finds: LT113 scale

    def call(self, x):
        return x * self.scale


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.scale = Scale()
        self.out = keras.layers.Dense(1)

    def call(self, x):
        return self.out(self.scale(x))


net = Net()
net.compile("sgd", "mse")
net.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
