"""A loop on torch drops the losses of regularizers: nothing reads model.losses."""

import keras
import torch

wide = keras.layers.Dense(4, kernel_regularizer="l2", name="wide")
model = keras.Sequential([keras.Input((3,)), wide, keras.layers.Dense(1)], name="model")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.ones(8, 3), torch.ones(8, 1)
for _ in range(3):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x, training=True), y)
    loss.backward()  # finds: LT506 wide
    optimizer.step()
