"""JAX is asked for 64 bits first."""

import jax

jax.config.update("jax_enable_x64", True)
import keras
import numpy as np

model = keras.Sequential([keras.Input((2,), dtype="float64"), keras.layers.Dense(1, dtype="float64", name="exact")])
x = np.array([[1.0, 1e-12], [1.0, 2e-12]])
print(model.predict(x, verbose=0).dtype)
