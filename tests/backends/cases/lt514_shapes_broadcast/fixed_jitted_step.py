"""A loss of one's own subtracts targets and outputs of one shape, `[batch, 1]`, in a jitted step."""

import jax
import keras
import numpy as np

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
y = x @ np.array([1.0, -2.0, 0.5], "float32")
net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")


def loss_of(weights, states, x, y):
    predicted, states = net.stateless_call(weights, states, x, training=True)
    return ((predicted - y[:, None]) ** 2).mean(), states


@jax.jit
def step(weights, states, x, y):
    (loss, states), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights, states, x, y)
    return [w - 0.1 * g for w, g in zip(weights, gradients)], states, loss


weights = [v.value for v in net.trainable_variables]
states = [v.value for v in net.non_trainable_variables]
for _ in range(60):
    weights, states, loss = step(weights, states, x, y)
for variable, value in zip(net.trainable_variables, weights):
    variable.assign(value)
print("loss", float(loss))
