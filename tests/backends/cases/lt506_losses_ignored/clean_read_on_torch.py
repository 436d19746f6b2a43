"""A loop on torch reads the losses in a function of its own, and one has no optimizer step at all."""

import keras
import torch

wide = keras.layers.Dense(4, kernel_regularizer="l2", name="wide")
model = keras.Sequential([keras.Input((3,)), wide, keras.layers.Dense(1)], name="model")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.ones(8, 3), torch.ones(8, 1)


def loss_of(outputs):
    return torch.nn.functional.mse_loss(outputs, y) + sum(model.losses)


for _ in range(3):
    optimizer.zero_grad()
    loss_of(model(x, training=True)).backward()
    optimizer.step()
