# LT306 in another program
import numpy as np, keras
from keras import layers

class Right(layers.Layer):
    def __init__(self): super().__init__(); self.d = layers.Dense(2)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.d(x)
class Wrong(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.scale = 2.0
    def build(self, shape): self.w = self.add_weight(shape=(2,))
    def __call__(self, inputs, **kw): return inputs * self.scale  # finds: LT306 wrong
Wrong(name="wrong")(Right()(np.ones((1, 2), "float32")))
