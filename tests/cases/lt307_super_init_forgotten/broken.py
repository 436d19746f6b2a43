# super().__init__() forgotten
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self):  # finds: LT307 block
        self.units = 4
    def call(self, x): return x
b = Block(); print("constructed")
b(np.ones((1, 2)))
