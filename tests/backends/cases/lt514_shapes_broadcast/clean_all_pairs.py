"""A loss is given all pairs on purpose, one row, and vectors of other lengths."""

import keras
import torch

x = torch.rand(8, 3)
net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
distances = torch.rand(8, 8)
loss_of = torch.nn.MSELoss(reduction="sum")
for _ in range(2):
    optimizer.zero_grad()
    scores = net(x, training=True)
    loss = loss_of(scores - scores.T, distances) + loss_of(net(x[:1]), torch.ones(1))
    loss = loss + loss_of(scores.squeeze(-1), torch.ones(8))
    loss.backward()
    optimizer.step()
