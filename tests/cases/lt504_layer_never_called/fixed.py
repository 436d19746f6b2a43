# LT504, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.a, self.b = layers.Dense(1), layers.Dense(1)
    def build(self, s): self.a.build(s); self.b.build(s)
    def call(self, x): return self.a(x) + self.b(x)
n = Net(); n.compile("sgd", "mse"); n.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
