# "Gradients do not exist for variables": built but never called
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.a, self.b = layers.Dense(1), layers.Dense(1)  # finds: LT504 dense_1
    def build(self, s): self.a.build(s); self.b.build(s)
    def call(self, x): return self.a(x)          # b is never called
n = Net(); n.compile("sgd", "mse"); n.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
