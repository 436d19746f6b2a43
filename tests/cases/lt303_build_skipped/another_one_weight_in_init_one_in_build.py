# LT303 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Affine(layers.Layer):
    def __init__(self, units, **kw):
        super().__init__(**kw); self.units = units
        self.shift = self.add_weight(shape=(units,), name="shift")
        self._finish()
    def _finish(this):
        this.built = True  # finds: LT303 affine
    def build(self, shape): self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
    def call(self, x): return x @ self.kernel + self.shift if hasattr(self, "kernel") else x + self.shift
Affine(3, name="affine")(np.ones((1, 3), "float32"))
