# LT306 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Block(layers.Layer):
    ran = False
    def __init__(self): super().__init__(); self.d = layers.Dense(3)
    def build(self, s): Block.ran = True; self.d.build(s)
    def call(self, x): return self.d(x)
b = Block(); b(np.ones((1, 2), "float32"))
print("built:", b.built, "build ran:", Block.ran)
layers.Dense(3)(np.ones((1, 2), "float32"))
