# LT301 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Widen(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.d = layers.Dense(5)
    def build(self, shape): self.d.build(shape)
    def compute_output_shape(self, shape): return (*shape[:-1], 3)  # finds: LT305 widen
    def call(self, x): return self.d(x)
inputs = keras.Input((2,))
model = keras.Model(inputs, Widen(name="widen")(inputs))
model(np.ones((1, 2), "float32"))
