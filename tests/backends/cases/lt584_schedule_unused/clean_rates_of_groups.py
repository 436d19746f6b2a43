"""The rate of the first group is what Keras trains with."""

import keras
import torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
x, y = torch.ones(8, 4), torch.ones(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)
model.compile("sgd", "mse")
for _ in range(3):
    model.fit(x, y, verbose=0)
    schedule.step()
    model.optimizer.learning_rate = optimizer.param_groups[0]["lr"]
