# LT307 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Base(layers.Layer):
    def __init__(self, units):  # finds: LT307 broken
        self.units = units
class Whole(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw)
    def call(self, x): return x
class Broken(Base):
    def call(self, x): return x
fine = Whole(); broken = Broken(3)
fine(np.ones((1, 2)))
try:
    broken(np.ones((1, 2)))
except RuntimeError:
    print("caught")
