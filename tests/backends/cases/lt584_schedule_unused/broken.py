"""The schedule is of an optimizer of torch, and fit trains with the one of Keras."""

import keras
import numpy as np
import torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.1)
model.compile("sgd", "mse")
for _ in range(3):
    model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
    schedule.step()  # finds: LT584 net
