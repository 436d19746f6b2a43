"""Does it work with tf_keras? Here is the tutorial layer with the older add_weight("kernel", shape=...).

Look for:
- `init×1 build×1 call×2`: the same life as with Keras 3, where this `add_weight` raises an error.
"""

import tensorflow as tf
import tf_keras

import layertrace


class MyDenseLayer(tf_keras.layers.Layer):
    def __init__(self, num_outputs):
        super().__init__()
        self.num_outputs = num_outputs

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", shape=[int(input_shape[-1]), self.num_outputs])

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel)


with layertrace.trace() as timeline:
    layer = MyDenseLayer(10)
    layer(tf.zeros([10, 5]))
    layer(tf.ones([10, 5]))

timeline.print()
assert timeline.kinds == ["init", "build", "variable", "call", "call"]
