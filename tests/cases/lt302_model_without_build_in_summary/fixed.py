# LT302 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.d = layers.Dense(1)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.d(x)
n = Net(); n.build((None, 2))
print(f"built={n.built} child built={n.d.built} params={n.count_params()}")
m = Net(); m.build((None, 2)); m.count_params()
