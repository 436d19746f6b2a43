"""Which layer, line and trace failed? In a tf.function, the second pass refuses the variable.

Look for:
- `TensorFlow reports only`: its message names no layer and no line.
- `gcn_1 (GCN) creates a tf.Variable every time it is called (rejected in trace 2 of predict)`: the finding
  does.
- `+ def build(self, input_shape):`: the lines to write instead.
- `1 error in 24 events of 4 layers`: the verdict comes last.
"""

import keras
import numpy as np
import tensorflow as tf

import layertrace


class GCN(keras.layers.Layer):
    def __init__(self, units, fresh_weights=False):
        super().__init__()
        self.units, self.fresh_weights = units, fresh_weights

    def build(self, input_shape):
        if not self.fresh_weights:
            self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))

    def call(self, x):
        if self.fresh_weights:
            w = tf.Variable(np.ones([x.shape[-1], self.units], "float32"))  # the mistake
            return x @ w
        return x @ self.w


class CNN(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = keras.layers.Dense(8)
        self.gcn_1 = GCN(8)
        self.gcn_2 = GCN(4, fresh_weights=True)

    def call(self, x):
        return self.gcn_2(self.gcn_1(self.features(x)))


cnn = CNN()


@tf.function
def predict(x):
    return cnn(x)


with layertrace.trace() as timeline:
    try:
        predict(tf.ones([2, 3]))
    except ValueError as error:
        lines = [line.strip(" \x1b[01m") for line in str(error).splitlines()]  # Keras prints it in bold
        print("TensorFlow reports only:", *[line for line in lines if "singleton" in line], end="\n\n")

layertrace.report(timeline)
