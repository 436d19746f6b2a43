# Not LT308: a model without build is ordinary, and nobody sees how often its call ran.
import numpy as np, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.parts = [layers.Dense(3), layers.Dense(1)]; self.scale = 2.0
    def call(self, x):
        kept = []
        for part in self.parts:
            x = part(x); kept.append(x)
        return kept[-1] * self.scale

net = Net(); net.compile("sgd", "mse")
net.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
net.predict(np.ones((8, 2)), verbose=0)
