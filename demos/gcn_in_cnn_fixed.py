"""Did the fix help? The variable is created once, in build, and the traced model runs.

Look for:
- `variable w float32[8, 4] Ones`: it stands below the `build` of `gcn_1`, and nowhere else.
- `traced twice: the first pass created the variables`: expected, since the layers are built in the first
  trace.
- `run ×3 predict as a graph, without Python`: all three calls run the graph.
"""

import keras
import tensorflow as tf

import layertrace


class GCN(keras.layers.Layer):
    def __init__(self, units, initializer="glorot_uniform"):
        super().__init__()
        self.units, self.initializer = units, initializer

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units), initializer=self.initializer)

    def call(self, x):
        return x @ self.w


class CNN(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = keras.layers.Dense(8)
        self.gcn_1 = GCN(8)
        self.gcn_2 = GCN(4, initializer="ones")

    def call(self, x):
        return self.gcn_2(self.gcn_1(self.features(x)))


cnn = CNN()


@tf.function
def predict(x):
    return cnn(x)


with layertrace.trace() as timeline:
    for _ in range(3):
        predict(tf.ones([2, 3]))

timeline.print()
assert not timeline.errors
