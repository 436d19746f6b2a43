"""A function that is jitted by hand counts its calls in a global."""

import jax
import keras
import numpy as np

count = 0
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


@jax.jit
def step(trainable, non_trainable, x):
    global count
    count += 1  # finds: LT215 -
    outputs, non_trainable = model.stateless_call(trainable, non_trainable, x)
    return outputs / count


trainable = [weight.value for weight in model.trainable_variables]
for _ in range(10):
    step(trainable, [], np.ones((2, 4), "float32"))
