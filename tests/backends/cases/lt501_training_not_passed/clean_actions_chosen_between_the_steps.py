"""The model chooses actions in inference mode, and learns from them in training mode."""

import keras
import torch

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dropout(0.5, name="drop"), keras.layers.Dense(1)],
    name="net",
)
optimizer = keras.optimizers.Adam(0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
for _ in range(3):
    with torch.no_grad():
        chosen = model(x) > 0
    loss = torch.mean((model(x, training=True) - y) ** 2 * (1 + chosen.float()))
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        optimizer.apply([v.value.grad for v in model.trainable_weights], model.trainable_weights)
print(model(x).shape)
