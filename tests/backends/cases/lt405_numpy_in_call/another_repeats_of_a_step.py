"""A function that is jitted by hand repeats its rows by one of its arguments.

https://github.com/keras-team/keras/issues/19639
"""

import jax
import jax.numpy as jnp
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])


@jax.jit
def step(trainable, x, times):
    outputs, _ = model.stateless_call(trainable, [], x)
    return jnp.tile(outputs, (times, 1))  # finds: LT405 -


step([weight.value for weight in model.trainable_variables], np.ones((2, 3), "float32"), 2)
