"""A helper returns a new jitted function, and the loop asks for one in each step."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def make_forward():
    return jax.jit(lambda trainable, x: model.stateless_call(trainable, [], x)[0])


x = np.ones((8, 4), "float32")
trainable = [v.value for v in model.trainable_variables]
outputs = []
for _ in range(6):
    forward = make_forward()
    outputs.append(forward(trainable, x))  # finds: LT203 -
print(len(outputs))
