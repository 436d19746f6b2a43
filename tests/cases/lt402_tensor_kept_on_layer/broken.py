# A symbolic tensor stored on self leaks out of its graph
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Memory(layers.Layer):
    def __init__(self):
        super().__init__(); self.prev = None
    def call(self, x):
        y = x if self.prev is None else x + self.prev
        self.prev = x                       # stores a tensor of this graph  # finds: LT402 memory
        return y
m = keras.Sequential([keras.Input((2,)), Memory(), layers.Dense(1)])
m.compile("sgd", "mse"); m.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
