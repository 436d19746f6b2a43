# "looks like it has unbuilt state" / "build() was called on layer"
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self):
        super().__init__(); self.proj = layers.Dense(4)
    def call(self, x): return self.proj(x)

b = Block(); b.build((None, 4))  # finds: LT302 block
before = (b.built, b.proj.built, len(b.weights))
b(np.ones((1, 4), "float32"))
print(*before, "->", len(b.weights))
