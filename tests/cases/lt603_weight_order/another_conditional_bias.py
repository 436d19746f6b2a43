# Another program with LT603
import numpy as np, keras
from keras import layers

class Affine(layers.Layer):
    def __init__(self, bias_first, **kw): super().__init__(**kw); self.bias_first = bias_first
    def build(self, shape):
        if self.bias_first: self.b = self.add_weight(shape=(2,), name="b")  # finds: LT603 third
        self.a = self.add_weight(shape=(2,), name="a")
        if not self.bias_first: self.b = self.add_weight(shape=(2,), name="b")
    def call(self, x): return x * self.a + self.b
for name, first in (("first", False), ("second", False), ("third", True)):
    Affine(first, name=name)(np.ones((1, 2), "float32"))
