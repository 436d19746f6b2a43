# LT106 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Multi(layers.Layer):
    def __init__(self):
        super().__init__()
        self.groups = {"a": [layers.Dense(2)]}
        self.slots = [layers.Dense(2)]
        self.fn = layers.Dense(2)
    def build(self, shape):
        for layer in (self.groups["a"][0], self.slots[0], self.fn): layer.build(shape)
    def call(self, x): return self.groups["a"][0](x) + self.slots[0](x) + self.fn(x)
m = Multi(); m(np.ones((1, 3), "float32"))
print("used 3 tracked", len(m._flatten_layers(include_self=False)))
