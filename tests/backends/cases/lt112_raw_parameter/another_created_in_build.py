# A layer ported from a module of torch: its parameters are registered in build, one of them by name
import keras
import numpy as np
import torch
from torch import nn


class Attention(keras.layers.Layer):
    def build(self, input_shape):
        self.query = nn.Parameter(0.1 * torch.randn(input_shape[-1], device="cpu"))  # finds: LT112 attention

    def call(self, x):
        weights = torch.softmax(x @ self.query, dim=-1)
        return (weights.unsqueeze(-1) * x).sum(1)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = Attention(name="attention")
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return self.head(self.attention(x))


net = Net()
net.compile("sgd", "mse")
net.fit(np.random.rand(8, 5, 4).astype("float32"), np.ones((8, 1)), verbose=0)
