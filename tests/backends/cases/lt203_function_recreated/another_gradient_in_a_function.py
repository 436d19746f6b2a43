"""A function jits the gradient of the loss, which is another function each time, in each step."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def loss(trainable, x):
    y, _ = model.stateless_call(trainable, [], x)
    return (y**2).mean()


def gradients(trainable, x):
    return jax.jit(jax.value_and_grad(loss))(trainable, x)  # finds: LT203 -


x = np.ones((8, 4), "float32")
trainable = [v.value for v in model.trainable_variables]
for _ in range(6):
    value, change = gradients(trainable, x)
    trainable = [weight - 0.1 * each for weight, each in zip(trainable, change)]
print(value)
