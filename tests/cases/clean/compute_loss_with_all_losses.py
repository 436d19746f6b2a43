import numpy as np, keras
from keras import layers, ops

class Sparse(layers.Layer):
    def __init__(self, units, **kwargs): super().__init__(**kwargs); self.project = layers.Dense(units)
    def build(self, shape): self.project.build(shape)
    def call(self, x): codes = self.project(x); self.add_loss(ops.mean(ops.abs(codes))); return codes
class Coder(keras.Model):
    """adds the losses of its layers to its own"""
    def __init__(self, **kwargs): super().__init__(**kwargs); self.encode, self.decode = Sparse(3), layers.Dense(2)
    def call(self, x): return self.decode(self.encode(x))
class Summed(Coder):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True): return ops.mean(ops.square(y - y_pred)) + sum(self.losses)
class Inherited(Coder):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True): return super().compute_loss(x, y, y_pred) * 2.0
class OfLayer(Coder):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True): return ops.mean(ops.square(y - y_pred)) + self.encode.losses[0]

rows = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
for cls in (Summed, Inherited, OfLayer):
    coder = cls(); coder.compile("adam", "mse" if cls is Inherited else None)
    coder.fit(rows, rows, verbose=0)
    coder.fit(rows, rows, verbose=0)
