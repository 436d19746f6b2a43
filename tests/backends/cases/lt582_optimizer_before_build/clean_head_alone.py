"""Only the head is trained, and the features were there before."""

import keras
import torch

features = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu")])
head = keras.layers.Dense(1)
head.build((None, 16))
optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
x = torch.rand(64, 8)
for _ in range(3):
    optimizer.zero_grad()
    torch.mean((head(features(x)) - 1) ** 2).backward()
    optimizer.step()
