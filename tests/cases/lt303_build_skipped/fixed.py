# LT303 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self):
        super().__init__()
    def build(self, s): self.w = self.add_weight(shape=(s[-1],))
    def call(self, x): return x * self.w
Block()(np.ones((1, 2), "float32"))
