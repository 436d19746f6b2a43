# tf.Variable created in call
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Scale(layers.Layer):
    def call(self, x):
        w = tf.Variable(2.0)          # finds: LT101 scale
        return x * w

layer = Scale()
layer(tf.ones((1, 2))); print("eager ok", len(layer.weights))
tf.function(layer)(tf.ones((1, 2)))
