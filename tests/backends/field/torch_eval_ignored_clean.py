"""The model is called with training=False for the test.

https://github.com/pytorch/tutorials/issues/1624
https://github.com/tk-rusch/coRNN/issues/1
"""

import keras
import numpy as np
import torch


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.linear = torch.nn.Linear(4, 8)
        self.norm = torch.nn.BatchNorm1d(8)
        self.out = torch.nn.Linear(8, 1)

    def call(self, x, training=None):
        return self.out(self.norm(self.linear(x), training=training))


model = Net()
x, y = torch.randn(16, 4), torch.ones(16, 1)
model(x)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(3):
    for at in range(0, 16, 4):
        optimizer.zero_grad()
        loss = (model(x[at : at + 4], training=True) - y[at : at + 4]).square().mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        model(x, training=False)
