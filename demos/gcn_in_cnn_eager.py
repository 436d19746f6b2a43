"""Where do the variables come from? One of two GCN layers creates a tf.Variable in each call.

Look for:
- `variable Variable float32[8, 4] tf.Variable`: it comes back below each call of `gcn_1`; `gcn` has a `w`
  from `build`.
- `gcn_1 (GCN) created 4 variables in 3 calls, and keeps 0`: so nothing is trained or saved. The fourth is
  from the call by which Keras infers shapes.
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
with layertrace.trace() as timeline:
    for _ in range(3):
        cnn(tf.ones([2, 3]))

timeline.print()
created = timeline.of(cnn.gcn_2).variables
print(f"\n{created[0].layer} created {len(created)} variables in 3 calls, and keeps {len(cnn.gcn_2.weights)}")
print(f"see line {created[0].location.line}")
