"""A step gets its key by a partial, and scans over the batches of an epoch with it."""

import functools

import jax
import keras
import numpy as np

dense = keras.layers.Dense(1)
dense.build((None, 8))


def loss_fn(weights, x, key):
    noisy = x + 0.1 * jax.random.normal(key, x.shape)  # finds: LT208 -
    outputs, _ = dense.stateless_call(weights, [], noisy)
    return ((outputs - 1.0) ** 2).mean()


def epoch(key, weights, batches):
    def step(weights, x):
        loss, gradients = jax.value_and_grad(loss_fn)(weights, x, key)
        return jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradients), loss

    return jax.lax.scan(step, weights, batches)


train = jax.jit(functools.partial(epoch, jax.random.PRNGKey(3)))
weights = [v.value for v in dense.trainable_variables]
for _ in range(3):
    weights, losses = train(weights, np.ones((5, 4, 8), "float32"))
for variable, value in zip(dense.trainable_variables, weights):
    variable.assign(value)
