# Another program with LT704
import numpy as np, tensorflow as tf, keras
from keras import layers

class Rescale(layers.Layer):
    def call(self, x, direction="up"): return x * 2.0 if direction == "up" else x / 2.0
rescale, x = Rescale(name="rescale"), np.ones((1, 2), "float32")
rescale(x, direction="down")
rescale(x, "down")  # finds: LT704 rescale
