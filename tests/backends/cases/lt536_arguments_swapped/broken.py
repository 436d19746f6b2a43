"""A model is compiled with a crossentropy of torch, which takes the outputs first.

https://github.com/keras-team/keras/issues/18686
"""

import keras
import numpy as np
import torch

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = rng.integers(0, 3, 96)
x = (rng.normal(size=(96, 5)) + 2 * np.eye(3, 5)[labels]).astype("float32")
y = np.eye(3)[labels].astype("float32")
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(16), keras.layers.Dense(3)], name="net")
cross_entropy = torch.nn.CrossEntropyLoss()
model.compile(optimizer="adam", loss=cross_entropy)  # finds: LT536 net
model.fit(x, y, batch_size=32, verbose=0)
