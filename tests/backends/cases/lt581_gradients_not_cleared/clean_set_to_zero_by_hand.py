"""Each gradient is set to zero in place, and the weights are used twice in each step."""

import keras
import torch

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(4):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()
    loss = torch.mean((model(x, training=True) + model(x + 1, training=True) - y) ** 2)
    loss.backward()
    optimizer.step()
