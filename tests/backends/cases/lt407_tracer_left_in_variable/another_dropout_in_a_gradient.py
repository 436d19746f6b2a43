"""The loss of a custom loop assigns weights and draws a dropout mask: both are left in its trace."""

import jax
import keras
import numpy as np


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu", name="hidden")
        self.drop = keras.layers.Dropout(0.5, name="drop")
        self.head = keras.layers.Dense(1)

    def call(self, x, training=False):
        return self.head(self.drop(self.hidden(x), training=training))


model = Classifier()
model(np.ones((1, 4)))


class Trainer:
    def __init__(self, model):
        self.model = model

    def loss(self, weights, x, y):
        for variable, value in zip(self.model.trainable_variables, weights):
            variable.assign(value)
        return ((self.model(x, training=True) - y) ** 2).mean()  # finds: LT407 hidden


trainer = Trainer(model)
gradient = jax.jit(jax.grad(trainer.loss))
weights = [v.value for v in model.trainable_variables]
gradient(weights, np.ones((8, 4), "float32"), np.ones((8, 1), "float32"))
