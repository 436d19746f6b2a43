"""Why does each predict start slowly? A loop creates a model each time. The fix: reuse one model.

Look for:
- `model 2 from line`: each model has its own predict function, and each is traced.
- `run ×3 predict of sequential_3 as a graph, without Python`: one model, one trace, three runs.
"""

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
    rich.print("", timeline.function_table(), "", sep="\n")
