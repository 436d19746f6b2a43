# Model "not built": ? in summary, count_params, save/load
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.d = layers.Dense(1)
    def call(self, x): return self.d(x)
n = Net(); n.build((None, 2))  # finds: LT302 net
print(f"built={n.built} child built={n.d.built} params={n.count_params()}")
Net().count_params()  # finds: LT302 net_1
