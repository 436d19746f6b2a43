# LT405, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Norm(layers.Layer):
    def call(self, x): return x / keras.ops.max(x)
Norm()(np.ones((1, 2), "float32")); print("eager ok")
keras.Sequential([keras.Input((2,)), Norm()])
