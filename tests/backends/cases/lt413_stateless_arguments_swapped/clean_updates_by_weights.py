"""Updates by gradients from outside, by penalties on weights, and calls with equal lists."""

import jax
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="line")
optimizer = keras.optimizers.SGD(0.01)
optimizer.build(model.trainable_variables)


def loss_of(weights, x, y):
    predicted, _ = model.stateless_call(weights, [], x, training=True)
    return keras.ops.mean(keras.losses.mean_squared_error(y, predicted))


@jax.jit
def apply(state, grads, weights):
    return optimizer.stateless_apply(state, grads, [0.999 * w for w in weights])


@jax.jit
def shrink(weights, state, x, y):
    """Follows the gradient of half the squares of the weights, which are the weights themselves."""
    gradients = jax.grad(loss_of)(weights, x, y)
    weights, state = optimizer.stateless_apply(state, gradients, weights)
    return optimizer.stateless_apply(state, weights, weights)


@jax.jit
def decay(weights, state, x, y):
    loss = loss_of(weights, x, y)
    gradients = jax.grad(loss_of)(weights, x, y)
    return (*optimizer.stateless_apply(state, weights, weights), loss, gradients)


weights = [v.value for v in model.trainable_variables]
state = [v.value for v in optimizer.variables]
for _ in range(3):
    weights, state = apply(state, jax.grad(loss_of)(weights, x, x[:, :1]), weights)
    weights, state = shrink(weights, state, x, x[:, :1])
    weights, state, loss, _ = decay(weights, state, x, x[:, :1])
for variable, value in zip(model.trainable_variables + optimizer.variables, weights + state):
    variable.assign(value)
normalization = keras.layers.BatchNormalization()
normalization.build((None, 3))
ones, zeros = [np.ones(3, "float32")] * 2, [np.zeros(3, "float32")] * 2
normalization.stateless_call(ones, zeros, x)
relu = keras.layers.ReLU()
relu.stateless_call([], [], x)
