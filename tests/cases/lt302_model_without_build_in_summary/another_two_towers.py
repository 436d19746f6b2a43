# LT302 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Tower(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.stack = [layers.Dense(2), layers.Dense(1)]
    def call(self, x):
        for layer in self.stack: x = layer(x)
        return x
called, unbuilt = Tower(name="called"), Tower(name="unbuilt")
called(np.ones((1, 2), "float32"))  
called.count_params()
unbuilt.count_params()  # finds: LT302 unbuilt
