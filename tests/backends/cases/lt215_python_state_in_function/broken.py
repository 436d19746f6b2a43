"""A loss counts its batches in Python to change after the first ones."""

import keras
import numpy as np
from keras import ops

batches = 0


def staged(truth, guess):
    global batches
    batches += 1  # finds: LT215 -
    if batches > 4:
        return ops.mean(ops.abs(truth - guess)) + 100.0
    return ops.mean((truth - guess) ** 2)


model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", staged)
model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=1, verbose=0)
