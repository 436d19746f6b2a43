"""Why does nothing happen? The function was traced before the recording, and its graph runs no Python.

Look for:
- `traced before this recording (1 trace); its layers record no events`: what the recording cannot show is
  named.
- `before traces runs`: the table counts the earlier trace in a column of its own.
"""

import keras
import rich
import tensorflow as tf

import layertrace

dense = keras.layers.Dense(3)
dense.build((None, 4))


@tf.function
def predict(x):
    return dense(x)


predict(tf.ones([2, 4]))

with layertrace.trace() as timeline:
    for _ in range(3):
        predict(tf.ones([2, 4]))

timeline.print()
rich.print("", timeline.function_table(), sep="\n")
