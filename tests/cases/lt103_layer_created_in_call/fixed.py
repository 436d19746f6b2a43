# LT103 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self):
        super().__init__(); self.dense = layers.Dense(4)
    def build(self, shape): self.dense.build(shape)
    def call(self, x):
        return self.dense(x)

b, x = Block(), np.ones((1, 4), "float32")
print("outputs differ:", not np.allclose(b(x), b(x)), "weights:", len(b.weights))
m = keras.Sequential([keras.Input((4,)), Block()])
m.compile("sgd", "mse"); m.fit(np.ones((8, 4)), np.ones((8, 4)), verbose=0)
