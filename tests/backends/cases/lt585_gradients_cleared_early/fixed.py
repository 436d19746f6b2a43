"""A loop clears the gradients after the step."""

import keras
import torch

torch.manual_seed(0)
model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(4):
    loss = torch.mean((model(x, training=True) - y) ** 2)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
