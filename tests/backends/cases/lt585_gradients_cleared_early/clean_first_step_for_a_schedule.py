"""A program looks at the first gradients, and makes a step without any, as the schedule wants one."""

import keras
import torch

net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
optimizer = torch.optim.Adam(net.parameters())
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2)
x, y = torch.rand(16, 4), torch.rand(16, 1)
loss = torch.mean((net(x, training=True) - y) ** 2)
loss.backward()
print(torch.nn.utils.clip_grad_norm_(net.parameters(), float("inf")))
optimizer.zero_grad()
optimizer.step()
schedule.step()
for _ in range(3):
    optimizer.zero_grad()
    loss = torch.mean((net(x, training=True) - y) ** 2)
    loss.backward()
    optimizer.step()
    schedule.step()
