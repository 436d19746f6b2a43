"""Modules of torch in a Python list do not belong to the layer: fit does not train them.

https://github.com/keras-team/keras-core/issues/604
https://github.com/pytorch/pytorch/issues/666
"""

import keras
import numpy as np
import torch


class Tower(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [torch.nn.Linear(4, 4) for _ in range(2)]

    def call(self, x):
        for block in self.blocks:
            x = torch.relu(block(x))
        return x


model = keras.Sequential([keras.Input((4,)), Tower(name="tower"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((16, 4)), np.ones((16, 1)), batch_size=4, verbose=0)
