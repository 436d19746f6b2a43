"""An optimizer trains two models, and the gradients are cleared after they are clipped."""

import keras
import torch

body = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu")], name="body")
head = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)], name="head")
optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()])


def train(x, y):
    for _ in range(3):
        loss = torch.nn.functional.mse_loss(head(body(x, training=True), training=True), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body.parameters(), 1.0)
        optimizer.zero_grad()  # finds: LT585 -
        optimizer.step()


train(torch.rand(16, 4), torch.rand(16, 1))
