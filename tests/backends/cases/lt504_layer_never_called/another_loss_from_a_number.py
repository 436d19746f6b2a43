"""The program makes a new loss from the number of the first, because backward failed on it."""

import keras
import torch

encoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)], name="encoder")
head = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)], name="head")
optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(3):
    optimizer.zero_grad()
    loss = torch.mean((head(encoder(x)) - y) ** 2)
    loss = torch.tensor(loss.item(), requires_grad=True)  # finds: LT504 -
    loss.backward()
    optimizer.step()
