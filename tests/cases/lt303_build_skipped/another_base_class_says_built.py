# LT303 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Ready(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.built = True  # finds: LT303 needs_build
class Shift(Ready):
    def build(self, shape): self.offset = self.add_weight(shape=(shape[-1],))
    def call(self, x): return x + self.offset
class Plain(Ready):
    def call(self, x): return x
Shift(name="needs_build")(Plain()(np.ones((1, 3), "float32")))
