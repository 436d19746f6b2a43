# Another program with LT703
import numpy as np, tensorflow as tf, keras
from keras import layers

class Logged(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.d = layers.Dense(1)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.d(x)
    def train_step(self, data):
        self.add_metric(1.0, name="one")  # finds: LT703 logged
        return super().train_step(data)
model = Logged(name="logged"); model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
