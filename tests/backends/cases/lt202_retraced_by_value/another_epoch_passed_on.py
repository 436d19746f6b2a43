"""The static number of the epoch is passed on to the loss, which computes with it."""

from functools import partial

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)


def loss_fn(trainable, x, y, epoch):
    outputs, _ = model.stateless_call(trainable, [], x, training=True)
    penalty = sum(keras.ops.sum(keras.ops.abs(value)) for value in trainable)
    return keras.ops.mean((outputs - y) ** 2) + 1e-4 * epoch * penalty


gradient_fn = jax.value_and_grad(loss_fn)


@partial(jax.jit, static_argnames=["epoch"])
def step(trainable, x, y, epoch):
    loss, gradients = gradient_fn(trainable, x, y, epoch)
    return loss, [value - 0.1 * gradient for value, gradient in zip(trainable, gradients)]


x, y = np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32")
trainable = [v.value for v in model.trainable_variables]
for epoch in range(6):
    loss, trainable = step(trainable, x, y, epoch)  # finds: LT202 -
