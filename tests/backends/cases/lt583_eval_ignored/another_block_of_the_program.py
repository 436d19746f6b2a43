"""A block asks for its mode, and is one of a list of layers."""

import keras
import torch


class Noise(torch.nn.Module):
    def forward(self, x):
        return x + torch.randn_like(x) if self.training else x


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.blocks = [keras.layers.TorchModuleWrapper(Noise()) for _ in range(2)]
        self.head = keras.layers.Dense(1)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


model = Net()
x = torch.ones(16, 4)
model(x, training=True)
model.eval()
print(model(x).std())  # finds: LT583 net
