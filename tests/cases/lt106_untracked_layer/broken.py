# Sublayers hidden in containers / lambdas / plain objects
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Multi(layers.Layer):
    def __init__(self):
        super().__init__()
        self.groups = {}
        self.groups["a"] = []                      # inner list is a plain list
        self.groups["a"].append(layers.Dense(2))  # finds: LT106 dense
        self.slots = [None]; self.slots[0] = layers.Dense(2)  # finds: LT106 dense_1
        self.fn = lambda x, d=layers.Dense(2): d(x)  # finds: LT106 dense_2
    def call(self, x): return self.groups["a"][0](x) + self.slots[0](x) + self.fn(x)
m = Multi(); m(np.ones((1, 3), "float32"))
print("used 3 tracked", len(m._flatten_layers(include_self=False)))
