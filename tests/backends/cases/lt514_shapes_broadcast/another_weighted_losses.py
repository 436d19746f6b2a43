"""Losses `[batch]` are multiplied by sample weights `[batch, 1]`."""

import jax
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(net.trainable_variables)


def loss_of(weights, x, y, sample_weight):
    predicted, _ = net.stateless_call(weights, [], x)
    losses = keras.losses.mean_squared_error(y, predicted)
    return keras.ops.mean(losses * sample_weight)  # finds: LT514 net


@jax.jit
def step(weights, states, x, y, w):
    loss, gradients = jax.value_and_grad(loss_of)(weights, x, y, w)
    weights, states = optimizer.stateless_apply(states, gradients, weights)
    return weights, states, loss


weights = [v.value for v in net.trainable_variables]
states = [v.value for v in optimizer.variables]
for _ in range(3):
    weights, states, loss = step(weights, states, x, x[:, :1], np.abs(x[:, 1:2]))
for variable, value in zip(net.trainable_variables, weights):
    variable.assign(value)
