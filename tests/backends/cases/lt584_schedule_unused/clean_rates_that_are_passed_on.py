"""A schedule whose optimizer makes steps, after the first one, too, and one whose rate Keras gets."""

import keras
import torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
x, y = torch.ones(8, 4), torch.ones(8, 1)

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.SequentialLR(
    optimizer,
    [torch.optim.lr_scheduler.ConstantLR(optimizer), torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)],
    milestones=[2],
)
schedule.step()
for _ in range(4):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x, training=True), y).backward()
    optimizer.step()
    schedule.step()

rates = torch.optim.lr_scheduler.StepLR(torch.optim.SGD(model.parameters(), lr=0.1), step_size=1)
model.compile("sgd", "mse")
for _ in range(3):
    model.fit(x, y, verbose=0)
    rates.step()
    model.optimizer.learning_rate = rates.get_last_lr()[0]
