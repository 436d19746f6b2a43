# Python side effects in call run only while tracing
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Counter(layers.Layer):
    def __init__(self):
        super().__init__(); self.n = 0
    def call(self, x):
        self.n += 1                  # Python state: only changes while tracing  # finds: LT205 counter
        return x
c = Counter()
m = keras.Sequential([keras.Input((2,)), c, layers.Dense(1)])
m.compile("sgd", "mse")
m.fit(np.ones((32, 2)), np.ones((32, 1)), batch_size=4, epochs=3, verbose=0)
print("steps:", 3 * 8, "counter:", c.n)
