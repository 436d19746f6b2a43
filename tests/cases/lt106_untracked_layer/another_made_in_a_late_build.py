# LT106 in another program
import numpy as np, keras
from keras import layers

class Holder: pass
class Inner(layers.Layer):
    def build(self, shape):
        self.holder = Holder()
        self.holder.net = layers.Dense(2, name="held")  # finds: LT106 held
    def call(self, x): return self.holder.net(x)
class Outer(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.inner = Inner(name="inner")
    def build(self, shape): pass
    def call(self, x): return self.inner(x)
Outer(name="outer")(np.ones((1, 2), "float32"))
