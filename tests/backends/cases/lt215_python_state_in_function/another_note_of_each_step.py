"""A function that is jitted by hand notes its calls in a list of its module."""

import jax
import keras
import numpy as np

history = []
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


@jax.jit
def step(trainable, non_trainable, x):
    history.append("step")  # finds: LT215 -
    outputs, non_trainable = model.stateless_call(trainable, non_trainable, x)
    return outputs


trainable = [weight.value for weight in model.trainable_variables]
for _ in range(10):
    step(trainable, [], np.ones((2, 4), "float32"))
jax.effects_barrier()
if len(history) != 10:
    raise RuntimeError("it does not note each step")
