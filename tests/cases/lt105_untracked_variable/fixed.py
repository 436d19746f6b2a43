# LT105 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gain(layers.Layer):
    def __init__(self):
        super().__init__()
    def build(self, shape):
        self.a = self.add_weight(shape=(), initializer='ones', name='a')
    def call(self, x): return x * self.a
g = Gain(); m = keras.Sequential([keras.Input((2,)), g])
m.compile("sgd", "mse"); m.fit(np.ones((4, 2)), np.zeros((4, 2)), verbose=0)
print("tracked:", len(g.weights), "value after training:", float(g.a.numpy()))
