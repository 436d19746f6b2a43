"""Each step of a loop calls a helper that jits the function again."""

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
