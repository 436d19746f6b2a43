"""A target network gets the weights in place, and the gradients are never cleared."""

import keras
import torch


def net(name):
    """Return a small network."""
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)], name=name)


online, target = net("online"), net("target")
optimizer = torch.optim.SGD(online.parameters(), lr=0.01)
x = torch.rand(16, 4)
for _ in range(4):
    loss = torch.mean((online(x, training=True) - target(x).detach()) ** 2)
    loss.backward()  # finds: LT581 online
    optimizer.step()
    with torch.no_grad():
        for old, new in zip(target.parameters(), online.parameters(), strict=True):
            old.copy_(new)
