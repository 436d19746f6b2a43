# LT308 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Spy(layers.Layer):
    n = 0
    def call(self, x): Spy.n += 1; return x
class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.spy, self.out = Spy(), layers.Dense(1)
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(self.spy(x))

Net()(np.ones((1, 2), "float32")); print("first eager call:", Spy.n)
m = Net(); m.compile("sgd", "mse"); Spy.n = 0
m.fit(np.ones((16, 2)), np.ones((16, 1)), batch_size=4, verbose=0)
print("fit, subclassed, unbuilt:", Spy.n)
