# LT302 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self):
        super().__init__(); self.proj = layers.Dense(4)
    def build(self, shape): self.proj.build(shape)
    def call(self, x): return self.proj(x)

b = Block(); b.build((None, 4))
before = (b.built, b.proj.built, len(b.weights))
b(np.ones((1, 4), "float32"))
print(*before, "->", len(b.weights))
