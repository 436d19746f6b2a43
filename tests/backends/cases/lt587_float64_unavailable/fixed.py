"""JAX is asked for 64 bits first."""

import jax

jax.config.update("jax_enable_x64", True)
import keras
import numpy as np

exact = keras.layers.Dense(1, dtype="float64", name="exact")
model = keras.Sequential([keras.Input((2,), dtype="float64"), exact])
print(model.predict(np.array([[1.0, 1e-12], [1.0, 2e-12]]), verbose=0).dtype)
jax.config.update("jax_enable_x64", False)  # for the programs that run after this one
