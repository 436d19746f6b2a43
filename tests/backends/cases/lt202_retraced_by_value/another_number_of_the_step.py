"""The number of the step is static, and only a factor of the noise."""

import functools

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


@functools.partial(jax.jit, static_argnums=1)
def noisy(x, number):
    key = jax.random.fold_in(jax.random.key(0), number)
    scale = 1.0 / (number + 1)
    return model(x + scale * jax.random.normal(key, x.shape))


x = np.ones((8, 4), "float32")
outputs = []
for number in range(6):
    outputs.append(noisy(x, number))  # finds: LT202 -
print(len(outputs))
