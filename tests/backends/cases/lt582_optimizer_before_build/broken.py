"""The optimizer is created before the head, which gets gradients and is never trained."""

import keras
import torch

backbone = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(8)])
optimizer = torch.optim.SGD(backbone.parameters(), lr=1e-2)  # finds: LT582 head
model = keras.Sequential([backbone, keras.layers.Dense(1, name="head")])
model.build((None, 8))

x = torch.rand(64, 8)
y = x.sum(dim=1, keepdim=True)
for _ in range(5):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x, training=True), y)
    loss.backward()
    optimizer.step()
