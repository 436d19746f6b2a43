"""A jitted loss is given the variables of a model."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


@jax.jit
def loss(variables, x):
    y, _ = model.stateless_call(variables, [], x)
    return (y**2).mean()


print(loss(model.trainable_variables, np.ones((8, 4), "float32")))  # finds: LT408 -
