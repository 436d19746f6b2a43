"""An update is jitted as a partial with another rate in each step."""

import functools

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def loss(trainable, x):
    y, _ = model.stateless_call(trainable, [], x)
    return (y**2).mean()


def update(trainable, x, rate):
    gradients = jax.grad(loss)(trainable, x)
    return [value - rate * gradient for value, gradient in zip(trainable, gradients)]


x = np.ones((8, 4), "float32")
trainable = [v.value for v in model.trainable_variables]
for step in range(6):
    learning_rate = 0.1 / (1 + step)
    trainable = jax.jit(functools.partial(update, rate=learning_rate))(trainable, x)  # finds: LT203 -
print(loss(trainable, x))
