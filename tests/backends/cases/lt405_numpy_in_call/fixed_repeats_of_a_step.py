"""The argument is static: JAX traces for each number."""

from functools import partial

import jax
import jax.numpy as jnp
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])


@partial(jax.jit, static_argnames=("times",))
def step(trainable, x, times):
    outputs, _ = model.stateless_call(trainable, [], x)
    return jnp.tile(outputs, (times, 1))


weights = [weight.value for weight in model.trainable_variables]
if step(weights, np.ones((2, 3), "float32"), 2).shape != (4, 1):
    raise RuntimeError("it does not repeat its rows")
