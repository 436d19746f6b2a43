"""Why is it traced for each number? A Python number is part of the signature; a tf.constant is not.

Look for:
- `factor=0.2, was 0.1`: the value changed, so the function is traced again.
- `factor: float32[], was 0.3`: one trace for all tensors of this shape.
- `run ×3 scaled as a graph, without Python`: three numbers, and no further trace.
"""

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
rich.print("", timeline.function_table(), sep="\n")
