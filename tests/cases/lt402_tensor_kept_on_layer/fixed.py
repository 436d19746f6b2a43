# LT402, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Memory(layers.Layer):
    def __init__(self):
        super().__init__()
    def build(self, shape):
        self.prev = self.add_weight(shape=(1, shape[-1]), initializer='zeros', trainable=False)
    def call(self, x):
        y = x + self.prev
        self.prev.assign(keras.ops.mean(x, axis=0, keepdims=True))
        return y
m = keras.Sequential([keras.Input((2,)), Memory(), layers.Dense(1)])
m.compile("sgd", "mse"); m.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
