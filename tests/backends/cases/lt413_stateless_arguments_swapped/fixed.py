"""A jitted step gives `stateless_apply` the gradients before the weights."""

import jax
import keras
import numpy as np

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
y = x @ np.array([[1.0], [-2.0], [0.5]], "float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="line")
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(model.trainable_variables)


def loss_of(weights, x, y):
    predicted, _ = model.stateless_call(weights, [], x, training=True)
    return keras.ops.mean((predicted - y) ** 2)


@jax.jit
def step(weights, state, x, y):
    loss, gradients = jax.value_and_grad(loss_of)(weights, x, y)
    weights, state = optimizer.stateless_apply(state, gradients, weights)
    return weights, state, loss


weights = [v.value for v in model.trainable_variables]
state = [v.value for v in optimizer.variables]
for _ in range(60):
    weights, state, loss = step(weights, state, x, y)
for variable, value in zip(model.trainable_variables, weights):
    variable.assign(value)
for variable, value in zip(optimizer.variables, state):
    variable.assign(value)
