import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers, ops

INIT = keras.initializers.GlorotUniform(seed=1)

class Head(layers.Layer):
    def build(self, shape): self.w = self.add_weight(shape=(shape[-1], 2), initializer=INIT, name="w")
    def call(self, x): return ops.matmul(x, self.w)

class Twin(layers.Layer):
    def __init__(self):
        super().__init__()
        self.one = Head(name="one")
        self.two = Head(name="two")  # finds: LT111 two
    def build(self, shape): self.one.build(shape); self.two.build(shape)
    def call(self, x):
        a = self.one(x)
        b = self.two(x)
        return ops.minimum(a, b)
Twin()(np.ones((2, 3), "float32"))
