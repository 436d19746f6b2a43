# Mixed precision does not cast a constant or a raw variable
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")
class Scale(layers.Layer):
    def build(self, s):
        self.w = self.add_weight(shape=(s[-1],), initializer="ones")
        self.table = tf.convert_to_tensor(self.w) * 2          # float32, computed in build
    def call(self, x): return x * self.table  # finds: LT503 scale
Scale()(np.ones((1, 3), "float32"))
