"""A program changes a tensor of its own in place that `backward` needs; the stateful GRU only predicts."""

import keras
import torch

gru = keras.layers.GRU(2, stateful=True)
head = keras.layers.Dense(2)
x = torch.rand(4, 5, 3)
with torch.no_grad():
    features = gru(x)
head(features)
hidden = torch.tanh(head(features))
hidden += 1
hidden.mean().backward()
