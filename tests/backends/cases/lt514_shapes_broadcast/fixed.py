"""A loss of torch gets outputs and targets of one shape."""

import keras
import torch

torch.manual_seed(0)
x = torch.rand(64, 3)
y = x @ torch.tensor([1.0, -2.0, 0.5])
net = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = torch.optim.Adam(net.parameters())
criterion = torch.nn.MSELoss()
for _ in range(3):
    for at in range(0, 64, 16):
        optimizer.zero_grad()
        loss = criterion(net(x[at : at + 16], training=True), y[at : at + 16, None])
        loss.backward()
        optimizer.step()
