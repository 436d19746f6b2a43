"""@tf.function on the call of a layer: each instance is traced separately."""

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
rich.print(timeline.function_table())
