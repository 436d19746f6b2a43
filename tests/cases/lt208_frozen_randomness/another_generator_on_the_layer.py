# LT208 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Jitter(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.rng = np.random.default_rng(0)
    def call(self, x): return x + self.rng.normal()  # finds: LT208 jitter
model = keras.Sequential([keras.Input((2,)), layers.GaussianNoise(0.1), Jitter(name="jitter")])
model.predict(np.ones((4, 2)), verbose=0)
