# LT306 in another program
import numpy as np, keras
from keras import layers

class Scale(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.factor = None
    def build(self, shape): self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")
    def call(self, x): return x if self.factor is None else x * self.factor
class Block(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.scale = Scale(name="scale")
    def call(self, x): return self.scale.call(x)  # finds: LT306 scale
Block(name="block")(np.ones((1, 2), "float32"))
