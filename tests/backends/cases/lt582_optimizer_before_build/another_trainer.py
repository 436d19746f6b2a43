"""A trainer creates the optimizer, and the model of the program builds its head in its first call."""

import keras
import torch


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.inner = keras.layers.Dense(8, name="inner")
        self.inner.build((None, 4))
        self.head = keras.layers.Dense(1, name="head")

    def call(self, x):
        return self.head(self.inner(x))


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)  # finds: LT582 head

    def step(self, x):
        self.optimizer.zero_grad()
        loss = torch.mean((self.model(x, training=True) - 1) ** 2)
        loss.backward()
        self.optimizer.step()


trainer = Trainer(Net())
for _ in range(3):
    trainer.step(torch.rand(16, 4))
