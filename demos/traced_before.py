"""Why does nothing happen? The function was traced before the recording, and its graph runs no Python."""

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
rich.print(timeline.function_table())
