# LT308 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Inner(layers.Layer):
    def __init__(self): super().__init__(); self.d = layers.Dense(2)
    def call(self, x): print("inner"); return self.d(x)
class Outer(keras.Model):
    def __init__(self): super().__init__(); self.inner = Inner()
    def call(self, x): return self.inner(x)  # finds: LT308 outer
Outer().predict(np.ones((2, 2)), verbose=0)
