# LT104 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Lazy(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.first = layers.Dense(2)
    def build(self, shape): self.first.build(shape)
    def call(self, x):
        x = self.first(x)
        self.late = layers.Dense(2)  # finds: LT104 lazy
        return self.late(x)
model = keras.Sequential([layers.Dense(2), Lazy(name="lazy")])
model(np.ones((1, 2), "float32"))
