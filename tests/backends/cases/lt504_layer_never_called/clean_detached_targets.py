"""Only the targets are detached, and a number is printed."""

import keras
import torch

encoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)], name="encoder")
head = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)], name="head")
optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(3):
    optimizer.zero_grad()
    targets = head(encoder(x + 1)).detach()
    loss = torch.mean((head(encoder(x)) - 0.9 * targets - y) ** 2)
    print(loss.item())
    loss.backward()
    optimizer.step()
