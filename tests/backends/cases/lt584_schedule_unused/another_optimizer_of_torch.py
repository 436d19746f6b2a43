"""The optimizer is made again, and the schedule has the first one."""

import keras
import torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
x, y = torch.ones(8, 4), torch.ones(8, 1)
for _ in range(4):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x, training=True), y).backward()
    optimizer.step()
    schedule.step()  # finds: LT584 net
