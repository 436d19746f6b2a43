# Cached graph ignores a mutated Python attribute
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gain(layers.Layer):
    def __init__(self): super().__init__(); self.alpha = 1.0
    def call(self, x): return x * self.alpha
g = Gain(); m = keras.Sequential([keras.Input((1,)), g]); x = np.ones((1, 1))
m.predict(x, verbose=0)
g.alpha = 5.0                                   # e.g. an annealing callback  # finds: LT206 gain
print("predict:", float(m.predict(x, verbose=0)[0, 0]), "call:", float(m(x)[0, 0]))
