"""A layer keeps two parameters of torch."""

import keras
import torch


class Gate(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.gate = torch.nn.Parameter(torch.zeros(3))  # finds: LT112 gate
        self.shift = torch.nn.Parameter(torch.zeros(1))

    def call(self, x):
        return x * self.gate + self.shift


model = keras.Sequential([keras.Input((3,)), Gate(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(torch.ones(8, 3), torch.ones(8, 1), verbose=0)
