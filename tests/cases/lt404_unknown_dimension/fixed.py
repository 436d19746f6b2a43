# LT404, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Split(layers.Layer):
    def call(self, x):
        return tf.reshape(x, (-1, 1, 2))
print(Split()(tf.ones((2, 2))).shape)
keras.Sequential([keras.Input((2,)), Split()])
