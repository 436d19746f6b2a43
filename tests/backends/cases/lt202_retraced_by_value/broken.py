"""The learning rate of each step is a static argument."""

import functools

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def loss(trainable, x):
    y, _ = model.stateless_call(trainable, [], x)
    return (y**2).mean()


@functools.partial(jax.jit, static_argnames=("rate",))
def step(trainable, x, rate):
    gradients = jax.grad(loss)(trainable, x)
    return [value - rate * gradient for value, gradient in zip(trainable, gradients)]


x = np.ones((8, 4), "float32")
trainable = [v.value for v in model.trainable_variables]
for epoch in range(5):
    trainable = step(trainable, x, rate=0.1 / (1 + epoch))  # finds: LT202 -
print(loss(trainable, x))
