# An optimizer of torch trains all parameters of the model, and torch saves them
import keras
import numpy as np
import torch


class Scale(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.scale = torch.nn.Parameter(torch.ones(units))  # finds: LT112 scale

    def call(self, x):
        return x * self.scale


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense, self.scale = keras.layers.Dense(3), Scale(3)

    def call(self, x):
        return self.scale(self.dense(x))


net = Net()
x = torch.ones(8, 2)
net(x)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    net(x).square().mean().backward()
    optimizer.step()
print(sorted(net.state_dict()))
