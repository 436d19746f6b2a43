# LT503, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")
class Scale(layers.Layer):
    def build(self, s):
        self.w = self.add_weight(shape=(s[-1],), initializer="ones")
        self.table = tf.convert_to_tensor(self.w) * 2          # float32, computed in build
    def call(self, x): return x * keras.ops.cast(self.table, self.compute_dtype)
Scale()(np.ones((1, 3), "float32"))
