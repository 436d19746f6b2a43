"""The first layer is built, and the head is built by the first call of the model."""

import keras
import torch


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.inner = keras.layers.Dense(8, name="inner")
        self.inner.build((None, 4))
        self.head = keras.layers.Dense(1, name="head")

    def call(self, x):
        return self.head(self.inner(x))


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)  # finds: LT582 head
x = torch.rand(16, 4)
for _ in range(3):
    optimizer.zero_grad()
    torch.mean((net(x, training=True) - 1) ** 2).backward()
    optimizer.step()
