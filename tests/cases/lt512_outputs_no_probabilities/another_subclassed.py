# A subclassed model without an activation, trained with binary crossentropy
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")

class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.score = layers.Dense(1, name="score")
    def call(self, x): return self.score(x)

net = Net()
net.compile("adam", "binary_crossentropy")  # finds: LT512 score
net.fit(x, y, verbose=0)
