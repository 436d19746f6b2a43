"""A step writes over the weights of a model, which predicts once it has the new ones."""

import functools

import jax
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
y = x[:, :1]
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="line")


def loss_of(weights, x, y):
    predicted, _ = model.stateless_call(weights, [], x, training=True)
    return keras.ops.mean((predicted - y) ** 2)


@functools.partial(jax.jit, donate_argnums=0)
def step(weights, x, y):
    loss, gradients = jax.value_and_grad(loss_of)(weights, x, y)
    return [w - 0.1 * g for w, g in zip(weights, gradients)], loss


weights = [v.value for v in model.trainable_variables]
for _ in range(3):
    weights, loss = step(weights, x, y)
for variable, value in zip(model.trainable_variables, weights):
    variable.assign(value)
outputs = model.predict(x, verbose=0)
