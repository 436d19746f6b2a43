"""A new model in each turn of a loop: each predict is traced anew. The cure is one model for all turns."""

import keras
import numpy as np
import rich

import layertrace


def make_model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


x = np.ones((8, 4), "float32")

with layertrace.trace(keras.Sequential) as anew:
    for _ in range(3):
        make_model().predict(x, verbose=0)

with layertrace.trace(keras.Sequential) as reused:
    model = make_model()  # the cure
    for _ in range(3):
        model.predict(x, verbose=0)

for timeline in (anew, reused):
    timeline.print()
    rich.print(timeline.function_table())
