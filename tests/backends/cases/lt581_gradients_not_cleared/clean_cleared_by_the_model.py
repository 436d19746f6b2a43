"""The model clears the gradients for an optimizer of Keras."""

import keras
import torch

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = keras.optimizers.SGD(0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(4):
    model.zero_grad()
    loss = torch.mean((model(x, training=True) - y) ** 2)
    loss.backward()
    with torch.no_grad():
        optimizer.apply([v.value.grad for v in model.trainable_weights], model.trainable_weights)
