# LT505, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Act(layers.Layer):
    def call(self, x): return x
class Outer(layers.Layer):
    def __init__(self): super().__init__(); self.td = layers.TimeDistributed(Act())
    def call(self, x):
        y = self.td(x); self.add_loss(tf.reduce_mean(y)); return y
    def build(self, s): self.td.build(s)
td = Outer(); td(np.ones((1, 5, 2), "float32"))
a = Act(); a(tf.ones((1, 2))); a(tf.ones((1, 2)))
print("TimeDistributed:", len(td.losses), "direct .call:", len(a.losses))
