"""No layer is built yet, and torch refuses the empty list."""

import keras
import torch

net = keras.Sequential([keras.layers.Dense(16), keras.layers.Dense(1)], name="net")
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)  # finds: LT582 net
x = torch.rand(64, 8)
for _ in range(3):
    optimizer.zero_grad()
    torch.mean(net(x, training=True) ** 2).backward()
    optimizer.step()
