# LT701, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class MyDense(layers.Layer):
    def build(self, s):
        self.k = self.add_weight(name="kernel", shape=(s[-1], 2))
    def call(self, x): return x @ self.k
MyDense()(np.ones((1, 2), "float32"))
