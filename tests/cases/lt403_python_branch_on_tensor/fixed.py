# LT403, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Flip(layers.Layer):
    def call(self, x):
        return keras.ops.where(keras.ops.mean(x) > 0, -x, x)
class FlipFn(Flip):
    call = tf.function(Flip.call)
Flip()(tf.ones((1, 2))); print("eager ok")
keras.Sequential([keras.Input((2,)), FlipFn()]); print("decorated call ok")
keras.Sequential([keras.Input((2,)), Flip()])
