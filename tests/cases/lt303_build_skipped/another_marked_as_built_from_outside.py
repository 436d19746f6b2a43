# LT303 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Scale(layers.Layer):
    def build(self, shape): self.scale = self.add_weight(shape=(shape[-1],))
    def call(self, x): return x * self.scale
x = np.ones((1, 3), "float32")
loaded, fresh = Scale(name="loaded"), Scale(name="fresh")
loaded(x)
fresh.built = True  # finds: LT303 fresh
fresh(x)
