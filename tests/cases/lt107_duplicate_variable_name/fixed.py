# LT107 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Pair(layers.Layer):
    def build(self, s):
        self.u = self.add_weight(shape=(2,), name="w")
        self.v = self.add_weight(shape=(2,), name="v")
    def call(self, x): return x * self.u * self.v
p = Pair(); p(np.ones((1, 2), "float32")); print([w.path for w in p.weights])
inp = keras.Input((2,))
keras.Model(inp, layers.Dense(1, name="b")(layers.Dense(2, name="a")(inp)))
