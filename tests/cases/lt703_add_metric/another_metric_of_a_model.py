# Another program with LT703
import numpy as np, tensorflow as tf, keras
from keras import layers

class Watched(keras.Model):
    def __init__(self): super().__init__(); self.d = layers.Dense(1)
    def build(self, shape): self.d.build(shape)
    def call(self, x):
        y = self.d(x)
        self.add_metric(keras.ops.mean(y), name="mean")  # finds: LT703 watched
        return y
Watched().predict(np.ones((1, 2)), verbose=0)
