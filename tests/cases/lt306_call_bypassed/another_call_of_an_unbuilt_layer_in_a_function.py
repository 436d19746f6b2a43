# LT306 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Mixer(layers.Layer):
    def build(self, shape): self.m = self.add_weight(shape=(shape[-1], 2), name="m")
    def call(self, x): return x @ self.m
right, wrong = Mixer(name="right"), Mixer(name="wrong")
@tf.function
def predict(x):
    y = right(x)
    return y + wrong.call(x)  # finds: LT306 wrong
predict(tf.ones((1, 3)))
