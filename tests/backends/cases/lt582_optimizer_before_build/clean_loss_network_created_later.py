"""A function creates a network that only measures a loss, after the optimizer: all that this has is trained."""

import keras
import torch
from keras import layers

maker = keras.Sequential([keras.Input((4,)), layers.Dense(8)])
optimizer = torch.optim.Adam(maker.parameters(), lr=0.01)


def measuring():
    network = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
    return lambda made, wanted: torch.mean((network(made) - network(wanted)) ** 2)


def train(x, wanted):
    loss = measuring()
    for _ in range(3):
        optimizer.zero_grad()
        loss(maker(x), wanted).backward()
        optimizer.step()


train(torch.rand(16, 4), torch.rand(16, 8))
