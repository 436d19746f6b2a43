# @tf.function on call: one trace per instance
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class S(layers.Layer):
    n = 0
    @tf.function  # finds: LT204 -
    def call(self, x): S.n += 1; return x * 2
for _ in range(8): S()(tf.ones((1, 2)))
print("traces:", S.n)
