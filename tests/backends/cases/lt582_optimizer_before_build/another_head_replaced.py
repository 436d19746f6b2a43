"""A method of a module puts another head in place after the optimizer was created."""

import keras
import torch
from keras import layers


class Net(torch.nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = keras.Sequential([layers.Dense(8, activation="tanh")])
        self.head = layers.Dense(classes)

    def forward(self, x):
        return self.head(self.body(x))

    def replace_head(self, classes, x):
        self.head = layers.Dense(classes, name="new_head")
        self(x[:1])


def train(model, optimizer, x, y):
    for _ in range(3):
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main():
    x, y = torch.rand(16, 4), torch.arange(16) % 5
    model = Net(classes=3)
    model(x[:1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)  # finds: LT582 new_head
    model.replace_head(5, x)
    train(model, optimizer, x, y)


main()
