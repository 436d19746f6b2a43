"""A custom loop hands the variables of model and optimizer to its step, by keyword and by position."""

import jax
import keras
import numpy as np


class Loop:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        self.optimizer = keras.optimizers.SGD(0.1)
        self.optimizer.build(self.model.trainable_variables)
        self.gradients = jax.value_and_grad(self.loss)
        self.step = jax.jit(self.train)

    def loss(self, weights, x, y):
        out, _ = self.model.stateless_call(weights, [], x)
        return ((out - y) ** 2).mean()

    def train(self, weights, state, x, y):
        loss, gradients = self.gradients(weights, x, y)
        weights, state = self.optimizer.stateless_apply(state, gradients, weights)
        return loss, weights, state

    def fit(self, x, y):
        for _ in range(3):
            loss, _, _ = self.step(
                self.model.trainable_variables, state=self.optimizer.variables, x=x, y=y  # finds: LT408 -
            )
        return loss


print(Loop().fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32")))
