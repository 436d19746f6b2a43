# LT103 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Residual(keras.Model):
    def __init__(self, width, **kw):
        super().__init__(**kw); self.width = width; self.first = layers.Dense(width)
    def build(self, shape): self.first.build(shape)
    def call(self, x):
        y = self.first(x)
        if x.shape[-1] != self.width:
            x = layers.Dense(self.width, use_bias=False)(x)  # finds: LT103 widening
        return x + y
good, bad = Residual(4, name="same"), Residual(6, name="widening")
for _ in range(2): bad(good(np.ones((1, 4), "float32")))
