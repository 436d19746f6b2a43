"""A step that is jitted by hand runs a batch normalization in training mode."""

import jax
import keras
import numpy as np

norm = keras.layers.BatchNormalization(name="norm")
model = keras.Sequential([keras.Input((4,)), norm, keras.layers.Dense(1)])


@jax.jit
def step(x):
    return model(x, training=True)  # finds: LT407 norm


x = np.ones((8, 4), "float32")
print(step(x).shape)
print(model(x).shape)
