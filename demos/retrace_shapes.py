"""Growing batch sizes: a tf.function is traced for each size; with reduce_retracing=True only twice."""

import keras
import rich
import tensorflow as tf

import layertrace

dense = keras.layers.Dense(3)
dense.build((None, 4))


@tf.function
def each_shape(x):
    return dense(x)


@tf.function(reduce_retracing=True)  # the fix
def any_shape(x):
    return dense(x)


with layertrace.trace() as timeline:
    for size in (1, 2, 3, 4):
        each_shape(tf.ones([size, 4]))
    for size in (1, 2, 3, 4):
        any_shape(tf.ones([size, 4]))

timeline.print()
rich.print(timeline.function_table())
