"""Eager steps go down the gradient by hand, and the statistics of the model never move."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), keras.layers.BatchNormalization(name="norm"), keras.layers.Dense(1)],
    name="net",
)
weights = [v.value for v in model.trainable_variables]
others = [v.value for v in model.non_trainable_variables]
x, y = np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32")


def loss_fn(weights, others):
    outputs, others = model.stateless_call(weights, others, x)  # finds: LT501 norm
    return keras.ops.mean((outputs - y) ** 2), others


for _ in range(3):
    gradients, others = jax.grad(loss_fn, has_aux=True)(weights, others)
    weights = jax.tree.map(lambda weight, gradient: weight - 0.1 * gradient, weights, gradients)
