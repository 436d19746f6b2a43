"""What happens to a layer? It is created, built at its first call, and called twice.

Look for:
- `init×1 build×1 call×2`: the whole life in one line.
- `build input_shape=(10, 5)`: Keras builds the layer when a call first shows the size of its input.
- `variable kernel float32[5, 10]`: it stands below the `build` that created it.
"""

import keras
import tensorflow as tf

import layertrace


class MyDenseLayer(keras.layers.Layer):
    def __init__(self, num_outputs):
        super().__init__()
        self.num_outputs = num_outputs

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.num_outputs))

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel)


with layertrace.trace() as timeline:
    layer = MyDenseLayer(10)
    layer(tf.zeros([10, 5]))
    layer(tf.ones([10, 5]))

timeline.print()
assert timeline.kinds == ["init", "build", "variable", "call", "call"]
