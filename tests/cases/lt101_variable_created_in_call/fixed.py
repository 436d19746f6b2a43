# LT101 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Scale(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(), initializer='ones', name='w')
    def call(self, x):
        return x * self.w

layer = Scale()
layer(tf.ones((1, 2))); print("eager ok", len(layer.weights))
tf.function(layer)(tf.ones((1, 2)))
