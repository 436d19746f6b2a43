"""The features are computed without gradients, although the optimizer is to train the encoder."""

import keras
import torch

encoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)], name="encoder")
head = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)], name="head")
optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(3):
    optimizer.zero_grad()
    with torch.no_grad():  # finds: LT504 -
        features = encoder(x)
    loss = torch.mean((head(features) - y) ** 2)
    loss.backward()
    optimizer.step()
