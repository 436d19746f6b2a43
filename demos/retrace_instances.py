"""Why is one call traced three times? With @tf.function on it, each layer is traced separately.

Look for:
- `<Scale scale_1> is instance 2; each is traced separately`: the argument that differs is the layer itself.
- `call ×3 scale … scale_2 (Scale)`: in the second round of the loop, all three run their graphs.
"""

import keras
import rich
import tensorflow as tf

import layertrace


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],))

    @tf.function
    def call(self, x):
        return x * self.factor


with layertrace.trace() as timeline:
    layers = [Scale() for _ in range(3)]
    for _ in range(2):
        for layer in layers:
            layer(tf.ones([2, 4]))

timeline.print()
rich.print("", timeline.function_table(), sep="\n")
