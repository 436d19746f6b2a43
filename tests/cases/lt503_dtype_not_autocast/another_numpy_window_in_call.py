# Another program with LT503
import numpy as np, tensorflow as tf, keras
from keras import layers

class Windowed(layers.Layer):
    def __init__(self, n, **kw): super().__init__(**kw); self.n = n
    def call(self, x): return tf.multiply(x, np.hamming(self.n).reshape(1, -1)) + tf.constant(np.hamming(self.n))  # finds: LT503 windowed
model = keras.Sequential([keras.Input((4,)), layers.Dense(4), Windowed(4, name="windowed")])
