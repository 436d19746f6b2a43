# LT205 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Monitor(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw); self.seen = []
    def call(self, x):
        self.seen.append("step")  # finds: LT205 watched
        return x
quiet, watched = layers.Activation("relu", name="quiet"), Monitor(name="watched")
@tf.function
def step(x): return watched(quiet(x))
for _ in range(10): step(tf.ones((2, 2)))
