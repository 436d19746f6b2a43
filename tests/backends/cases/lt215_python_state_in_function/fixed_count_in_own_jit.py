"""The function takes the count, and returns the next one."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


@jax.jit
def step(count, trainable, non_trainable, x):
    count += 1
    outputs, non_trainable = model.stateless_call(trainable, non_trainable, x)
    return outputs / count, count


count = 0
trainable = [weight.value for weight in model.trainable_variables]
for _ in range(10):
    result, count = step(count, trainable, [], np.ones((2, 4), "float32"))
if count != 10:
    raise RuntimeError("it does not count each call")
