# build() argument names / nested input shapes
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Mix(layers.Layer):
    def build(self, input_shape):
        print(input_shape)
        self.w = self.add_weight(shape=(input_shape[-1], 1))  # finds: LT304 mix
    def call(self, inputs): a, b = inputs; return a @ self.w + b
Mix()([np.ones((1, 2), "float32"), np.ones((1, 1), "float32")])
