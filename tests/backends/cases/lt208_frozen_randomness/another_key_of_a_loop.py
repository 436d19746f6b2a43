"""A loop gives each step the same key, so that the same units are dropped."""

import jax
import jax.numpy as jnp
import keras
import numpy as np


class Drop(keras.layers.Layer):
    def call(self, x, key):
        keep = jax.random.bernoulli(key, 0.5, x.shape)
        return jnp.where(keep, x / 0.5, 0.0)


drop, dense = Drop(name="drop"), keras.layers.Dense(1)
dense.build((None, 8))


def loss_fn(weights, x, key):
    outputs, _ = dense.stateless_call(weights, [], drop(x, key))
    return ((outputs - 1.0) ** 2).mean()


@jax.jit
def step(weights, x, key):
    loss, gradients = jax.value_and_grad(loss_fn)(weights, x, key)
    return jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradients), loss


def train(key):
    weights = [v.value for v in dense.trainable_variables]
    for _ in range(4):
        weights, loss = step(weights, np.ones((4, 8), "float32"), key)  # finds: LT208 drop
    for variable, value in zip(dense.trainable_variables, weights):
        variable.assign(value)


train(jax.random.PRNGKey(3))
