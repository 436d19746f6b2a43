"""A model of two classes is compiled with a crossentropy of torch that takes logits."""

import keras
import numpy as np
import torch

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")


class Judge(keras.Model):
    def __init__(self):
        super().__init__(name="judge")
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return self.head(self.hidden(x))


model = Judge()
model.compile(
    optimizer="adam",
    loss=torch.nn.BCEWithLogitsLoss(),  # finds: LT536 judge
)
model.fit(x, y, batch_size=16, epochs=2, verbose=0)
