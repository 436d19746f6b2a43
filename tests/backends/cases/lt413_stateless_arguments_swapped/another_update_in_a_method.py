"""A step with auxiliary values, in a class, gives Adam the weights before the gradients."""

import jax
import keras
import numpy as np


class Trainer:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer
        optimizer.build(model.trainable_variables)
        self.grad = jax.value_and_grad(self.loss, has_aux=True)
        self.step = jax.jit(self._step)

    def loss(self, weights, statistics, x, y):
        predicted, statistics = self.model.stateless_call(weights, statistics, x, training=True)
        return keras.ops.mean(keras.losses.mean_squared_error(y, predicted)), statistics

    def _step(self, state, x, y):
        weights, statistics, slots = state
        (loss, statistics), grads = self.grad(weights, statistics, x, y)
        weights, slots = self.optimizer.stateless_apply(slots, weights, grads)  # finds: LT413 -
        return loss, (weights, statistics, slots)


model = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
)
optimizer = keras.optimizers.Adam(0.01)
trainer = Trainer(model, optimizer)
lists = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
state = tuple([v.value for v in variables] for variables in lists)
x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
for _ in range(3):
    loss, state = trainer.step(state, x, x[:, :1])
for variables, values in zip(lists, state):
    for variable, value in zip(variables, values):
        variable.assign(value)
