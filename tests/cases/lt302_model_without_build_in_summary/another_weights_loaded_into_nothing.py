# LT302 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

import os, tempfile

class Net(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.head = layers.Dense(1)
    def build(self, shape): self.head.build(shape)
    def call(self, x): return self.head(x)
path = os.path.join(tempfile.mkdtemp(), "net.weights.h5")
trained = Net(name="trained"); trained(np.ones((1, 2), "float32")); trained.save_weights(path)
Net(name="fresh").load_weights(path)  # finds: LT302 fresh
