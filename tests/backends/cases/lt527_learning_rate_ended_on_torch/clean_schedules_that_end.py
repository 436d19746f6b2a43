"""Schedules of torch that end with the training, rise again, or freeze on purpose what they have trained."""

import keras
import torch
from torch.optim import lr_scheduler

x, y = torch.ones(8, 3), torch.ones(8, 1)


def train(make, steps, lr=0.1):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    schedule = make(optimizer)
    for _ in range(steps):
        optimizer.zero_grad()
        ((model(x) - y) ** 2).mean().backward()
        optimizer.step()
        schedule.step()


train(lambda optimizer: lr_scheduler.PolynomialLR(optimizer, total_iters=10), 12)
train(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=5), 40)
train(lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda step: 1.0 if step < 3 else 0.0), 12)
train(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma=0.9), 100)
train(lambda optimizer: lr_scheduler.StepLR(optimizer, step_size=1, gamma=1.0), 12, lr=1e-9)
