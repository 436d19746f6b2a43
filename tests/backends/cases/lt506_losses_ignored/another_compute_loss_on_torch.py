"""A compute_loss of one's own on torch, which leaves out what the layers add."""

import keras
import torch


class Sparse(keras.layers.Layer):
    def call(self, x):
        self.add_loss(0.1 * keras.ops.mean(keras.ops.abs(x)))
        return x


class Coder(keras.Model):
    def __init__(self):
        super().__init__(name="coder")
        self.codes = keras.layers.Dense(2)
        self.sparse = Sparse(name="sparse")
        self.out = keras.layers.Dense(3)

    def call(self, x):
        return self.out(self.sparse(self.codes(x)))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.ops.mean(keras.ops.square(y - y_pred))  # finds: LT506 sparse


coder = Coder()
coder.compile("sgd")
x = torch.randn(8, 3)
coder.fit(x, x, batch_size=4, verbose=0)
