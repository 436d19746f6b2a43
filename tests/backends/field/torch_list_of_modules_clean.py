"""Keras wraps a module of torch that is an attribute of its own."""

import keras
import numpy as np
import torch


class Tower(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = torch.nn.Linear(4, 4)
        self.second = torch.nn.Linear(4, 4)

    def call(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))))


model = keras.Sequential([keras.Input((4,)), Tower(name="tower"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((16, 4)), np.ones((16, 1)), batch_size=4, verbose=0)
