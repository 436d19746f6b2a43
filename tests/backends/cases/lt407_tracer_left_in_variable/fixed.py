"""The step takes the values of the variables and returns the new ones."""

import jax
import keras
import numpy as np

norm = keras.layers.BatchNormalization(name="norm")
model = keras.Sequential([keras.Input((4,)), norm, keras.layers.Dense(1)])


@jax.jit
def step(trainable, non_trainable, x):
    y, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
    return y, non_trainable


x = np.ones((8, 4), "float32")
trainable = [v.value for v in model.trainable_variables]
non_trainable = [v.value for v in model.non_trainable_variables]
y, non_trainable = step(trainable, non_trainable, x)
for variable, value in zip(model.non_trainable_variables, non_trainable):
    variable.assign(value)
print(model(x).shape)
