"""Why is it traced again and again? Each batch has another size. With reduce_retracing, two traces do.

Look for:
- `x: float32[2, 4], was float32[1, 4] (dimension 0)`: the argument that changed, and what it was before.
- `x: float32[None, 4], was float32[1, 4] (dimension 0)`: with `reduce_retracing=True`, the size is left open.
- `run ×3 any_shape as a graph, without Python`: so three sizes share that graph.
"""

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
rich.print("", timeline.function_table(), sep="\n")
