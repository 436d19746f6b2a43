"""Keys that each step derives, a key that a scan carries, and tests and samples with the same numbers each time."""

import jax
import jax.numpy as jnp
import keras
import numpy as np

dense = keras.layers.Dense(8)
dense.build((None, 8))
KEY = jax.random.PRNGKey(3)


def loss_fn(weights, x, key):
    noisy = x + 0.1 * jax.random.normal(key, x.shape)
    outputs, _ = dense.stateless_call(weights, [], noisy)
    return ((outputs - 1.0) ** 2).mean()


def updated(weights, x, key):
    gradients = jax.grad(loss_fn)(weights, x, key)
    return jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradients)


@jax.jit
def step(weights, x, number):
    return updated(weights, x, jax.random.fold_in(KEY, number))


@jax.jit
def epoch(weights, key, batches):
    def body(carried, x):
        weights, key = carried
        key, now = jax.random.split(key)
        return (updated(weights, x, now), key), None

    return jax.lax.scan(body, (weights, key), batches)[0]


@jax.jit
def test(weights, x, key):
    return loss_fn(weights, x, key)


@jax.jit
def sampled(weights):
    outputs, _ = dense.stateless_call(weights, [], jnp.zeros((4, 8)))
    return outputs + jax.random.normal(KEY, outputs.shape)


x = np.ones((4, 8), "float32")
weights = [v.value for v in dense.trainable_variables]
key = KEY
fixed = jax.random.PRNGKey(7)
for number in range(4):
    weights = step(weights, x, number)
    weights, key = epoch(weights, key, np.ones((2, 4, 8), "float32"))
    test(weights, x, fixed)
    sampled(weights)
for variable, value in zip(dense.trainable_variables, weights):
    variable.assign(value)
