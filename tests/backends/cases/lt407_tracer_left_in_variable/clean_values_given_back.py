"""The function returns what its variables hold, and the program gives it to them."""

import jax
import keras
import numpy as np

norm = keras.layers.BatchNormalization()
model = keras.Sequential([keras.Input((4,)), norm, keras.layers.Dense(1)])


@jax.jit
def step(statistics, x):
    for variable, value in zip(norm.non_trainable_variables, statistics):
        variable.assign(value)
    y = model(x, training=True)
    return y, [v.value for v in norm.non_trainable_variables]


for _ in range(3):
    y, statistics = step([np.asarray(v.value) for v in norm.non_trainable_variables], np.ones((8, 4), "float32"))
    for variable, value in zip(norm.non_trainable_variables, statistics):
        variable.assign(value)
print(model(np.ones((8, 4), "float32")).shape)
