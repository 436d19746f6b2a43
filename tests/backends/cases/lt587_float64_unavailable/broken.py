"""A layer asks for float64, which JAX gives as float32: tiny differences vanish."""

import keras
import numpy as np

exact = keras.layers.Dense(1, dtype="float64", name="exact")  # finds: LT587 exact
model = keras.Sequential([keras.Input((2,), dtype="float64"), exact])
print(model.predict(np.array([[1.0, 1e-12], [1.0, 2e-12]]), verbose=0).dtype)
