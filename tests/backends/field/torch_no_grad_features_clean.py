"""The base is a frozen extractor: it is not given to the optimizer."""

import keras
import numpy as np
import torch

base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu", name="feature")], name="base")
base.trainable = False
head = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, name="score")], name="head")
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
for _ in range(4):
    optimizer.zero_grad()
    with torch.no_grad():
        features = base(np.ones((8, 4), "float32"))
    loss = (head(features, training=True) - 1.0).square().mean()
    loss.backward()
    optimizer.step()
