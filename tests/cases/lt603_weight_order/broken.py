# The order of weights differs, so set_weights and h5 files mismatch
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Two(layers.Layer):
    def __init__(self, scale_first, **k): super().__init__(**k); self.scale_first = scale_first
    def build(self, s):
        for n in ("scale", "shift") if self.scale_first else ("shift", "scale"):
            setattr(self, n, self.add_weight(shape=(s[-1],), name=n, initializer="zeros"))  # finds: LT603 two_1
    def call(self, x): return x * self.scale + self.shift
a, b = Two(True), Two(False)
for l in (a, b): l.build((None, 2))
a.set_weights([np.full(2, 3.0), np.full(2, 7.0)]); b.set_weights(a.get_weights())
print("silently swapped:", b.shift.numpy()[0] == 3.0)
