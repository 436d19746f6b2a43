"""The policy of all layers is float64, and none of them computes in it."""

import keras
import numpy as np

keras.config.set_dtype_policy("float64")
try:
    first = keras.layers.Dense(3, name="first")  # finds: LT587 first
    second = keras.layers.Dense(1, name="second")
    second(first(np.ones((4, 2))))
finally:
    keras.config.set_dtype_policy("float32")
