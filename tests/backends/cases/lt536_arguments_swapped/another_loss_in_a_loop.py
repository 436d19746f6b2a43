"""A loop of one's own gives a categorical crossentropy of Keras the probabilities first."""

import keras
import numpy as np
import torch

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = rng.integers(0, 3, 96)
x = (rng.normal(size=(96, 5)) + 2 * np.eye(3, 5)[labels]).astype("float32")
y = np.eye(3)[labels].astype("float32")
net = keras.Sequential(
    [keras.Input((5,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(3, activation="softmax")]
)
net.compile(optimizer="adam")  # not used by the loop
crossentropy = keras.losses.CategoricalCrossentropy()
optimizer = torch.optim.Adam(net.parameters(), 0.05)
for start in range(0, 96, 32):
    probabilities = net(x[start : start + 32], training=True)
    loss = crossentropy(probabilities, y[start : start + 32])  # finds: LT536 sequential
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
