# Another program with LT704
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self): super().__init__(); self.norm = layers.BatchNormalization(name="flagged")
    def build(self, shape): self.norm.build(shape)
    def call(self, x): return self.norm(x, False)  # finds: LT704 flagged
Block()(np.ones((1, 2), "float32"))
