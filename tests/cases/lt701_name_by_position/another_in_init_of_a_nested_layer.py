# Another program with LT701
import numpy as np, tensorflow as tf, keras
from keras import layers

class Bias(layers.Layer):
    def __init__(self, n):
        super().__init__()
        self.b = self.add_weight("offset", shape=(n,), initializer="zeros")  # finds: LT701 bias
    def call(self, x): return x + self.b
class Outer(layers.Layer):
    def __init__(self): super().__init__(); self.bias = Bias(3)
    def call(self, x): return self.bias(x)
Outer()
