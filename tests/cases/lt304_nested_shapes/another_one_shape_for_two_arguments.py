# LT304 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Attend(layers.Layer):
    def build(self, shapes):
        self.w = self.add_weight(shape=(shapes[0][-1], shapes[1][-1]), name="w")  # finds: LT304 attend
    def call(self, query, key, scale=1.0): return scale * query @ self.w @ keras.ops.transpose(key)
Attend(name="attend")(np.ones((1, 3), "float32"), np.ones((1, 2), "float32"))
