# LT204 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Norm(layers.Layer):
    @tf.function  # finds: LT204 -
    def scaled(self, x): return x / keras.ops.sum(x)
    def call(self, x): return self.scaled(x)
stack = [Norm() for _ in range(6)]
x = tf.ones((2, 2))
for layer in stack: x = layer(x)
