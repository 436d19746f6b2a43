"""The optimizer is created when the whole model is built."""

import keras
import torch

backbone = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(8)])
model = keras.Sequential([backbone, keras.layers.Dense(1, name="head")])
model.build((None, 8))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)

x = torch.rand(64, 8)
y = x.sum(dim=1, keepdim=True)
for _ in range(5):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x, training=True), y)
    loss.backward()
    optimizer.step()
