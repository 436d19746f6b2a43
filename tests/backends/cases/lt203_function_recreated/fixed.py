"""The function is jitted once, before the loop."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
batches = [np.full((8, 4), number, "float32") for number in range(6)]
total = 0.0
jitted = jax.jit(lambda x: model(x, training=False).sum())
for batch in batches:
    total += jitted(batch)
print(total)
