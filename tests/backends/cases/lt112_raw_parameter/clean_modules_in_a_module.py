"""A layer keeps modules of torch in a module, and two of them in a tuple besides."""

import keras
import numpy as np
import torch

class Blocks(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = torch.nn.ModuleList([torch.nn.Linear(4, 4) for _ in range(2)])
        self.ends = (self.blocks.module[0], self.blocks.module[1])

    def call(self, x):
        for block in self.blocks.module:
            x = torch.relu(block(x))
        return x


model = keras.Sequential([keras.Input((4,)), Blocks(name="blocks"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
