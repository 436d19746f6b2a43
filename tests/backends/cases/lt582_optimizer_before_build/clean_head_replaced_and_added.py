"""The optimizer gets the weights of the new head as a group of their own."""

import keras
import torch
from keras import layers


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = (
            layers.Dense(8, activation="tanh"),
            layers.Dense(3),
        )

    def forward(self, x):
        return self.head(self.body(x))


def replace_head(model, x):
    model.head = layers.Dense(5)
    model(x[:1])
    return model.head.parameters()


x, y = torch.rand(16, 4), torch.arange(16) % 5
model = Net()
model(x[:1])
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
optimizer.add_param_group({"params": replace_head(model, x)})
for _ in range(3):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
