# A Python if or for on tensors in call
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Flip(layers.Layer):
    def call(self, x):
        if tf.reduce_mean(x) > 0:  # finds: LT403 flip_1
            return -x
        return x
class FlipFn(Flip):
    call = tf.function(Flip.call)
Flip()(tf.ones((1, 2))); print("eager ok")
keras.Sequential([keras.Input((2,)), FlipFn()]); print("decorated call ok")
keras.Sequential([keras.Input((2,)), Flip()])
