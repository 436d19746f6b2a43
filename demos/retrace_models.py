"""A loop creates a model in each iteration, and each predict is traced again. The fix: reuse one model."""

import keras
import numpy as np
import rich

import layertrace


def make_model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


x = np.ones((8, 4), "float32")

with layertrace.trace(keras.Sequential) as recreated:
    for _ in range(3):
        make_model().predict(x, verbose=0)

with layertrace.trace(keras.Sequential) as reused:
    model = make_model()  # the fix
    for _ in range(3):
        model.predict(x, verbose=0)

for timeline in (recreated, reused):
    timeline.print()
    rich.print(timeline.function_table())
