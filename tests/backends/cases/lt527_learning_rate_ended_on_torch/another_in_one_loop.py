"""An exponential schedule of torch halves the rate in each step of a loop without batches."""

import keras
import torch

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="line")
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
x, y = torch.ones(8, 3), torch.ones(8, 1)


def train():
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    decay.step()  # finds: LT527 line


for _ in range(60):
    train()
