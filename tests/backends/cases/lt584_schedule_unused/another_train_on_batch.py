"""A loop steps the schedule after each batch that Keras trains with."""

import keras
import torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
warm_up = torch.optim.lr_scheduler.LambdaLR(torch.optim.SGD(model.parameters(), lr=0.1), lambda step: min(1, step / 4))
model.compile("adam", "mse")
for _ in range(4):
    model.train_on_batch(torch.ones(8, 4), torch.ones(8, 1))
    warm_up.step()  # finds: LT584 net
