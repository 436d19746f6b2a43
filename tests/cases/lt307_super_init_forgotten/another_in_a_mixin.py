# LT307 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Counting:
    def __init__(self, *args, **kwargs):  # finds: LT307 counted
        self.count = 0
class Counted(Counting, layers.Layer):
    def __init__(self, width): super().__init__(); self.width = width
    def call(self, x): return x
try: Counted(3)(np.ones((1, 2), "float32"))
except RuntimeError: print("refused")
