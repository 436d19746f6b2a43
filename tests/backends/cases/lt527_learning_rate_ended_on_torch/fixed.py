"""The schedule is stepped once in each epoch."""

import keras
import torch

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="model")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.1)
data = torch.utils.data.TensorDataset(torch.ones(80, 3), torch.ones(80, 1))
for epoch in range(10):
    for x, y in torch.utils.data.DataLoader(data, batch_size=8):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    schedule.step()
