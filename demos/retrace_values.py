"""Python scalars as arguments: a trace for each value, or one trace for all if they are tf.constant."""

import keras
import rich
import tensorflow as tf

import layertrace

dense = keras.layers.Dense(3)
dense.build((None, 4))


@tf.function
def scaled(x, factor):
    return dense(x) * factor


x = tf.ones([2, 4])

with layertrace.trace() as timeline:
    for factor in (0.1, 0.2, 0.3):
        scaled(x, factor)
    for factor in (0.4, 0.5, 0.6):
        scaled(x, tf.constant(factor))  # the fix

timeline.print()
rich.print(timeline.function_table())
