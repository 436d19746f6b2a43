"""The learning rate is an argument like any other, which JAX traces."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def loss(trainable, x):
    y, _ = model.stateless_call(trainable, [], x)
    return (y**2).mean()


@jax.jit
def step(trainable, x, rate):
    gradients = jax.grad(loss)(trainable, x)
    return [value - rate * gradient for value, gradient in zip(trainable, gradients)]


x = np.ones((8, 4), "float32")
trainable = [v.value for v in model.trainable_variables]
for epoch in range(5):
    trainable = step(trainable, x, rate=0.1 / (1 + epoch))
print(loss(trainable, x))
