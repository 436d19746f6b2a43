"""A loss collects its values in a global list."""

import jax
import keras
import numpy as np

losses = []


def noted(truth, guess):
    loss = keras.ops.mean((truth - guess) ** 2)
    losses.append(loss)  # finds: LT402 -
    return loss


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", noted)
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
jax.effects_barrier()
if len(losses) != 8:
    raise RuntimeError("it does not collect the loss of each batch")
