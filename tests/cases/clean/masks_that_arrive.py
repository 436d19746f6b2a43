import numpy as np, tensorflow as tf, keras
from keras import layers

class Scale(layers.Layer):
    def __init__(self): super().__init__(); self.supports_masking = True
    def call(self, x): return x * 2.0
inputs = keras.Input((4,), dtype="int32")
x = layers.Embedding(10, 3, mask_zero=True)(inputs)
x = Scale()(layers.Dropout(0.1)(layers.Dense(3)(x)))
keras.Model(inputs, layers.Dense(1)(layers.LSTM(2)(x))).predict(np.array([[1, 2, 0, 0]]), verbose=0)
keras.Model(inputs, layers.GlobalAveragePooling1D()(layers.Embedding(10, 3, mask_zero=True)(inputs)))
class Reader(keras.Model):
    def __init__(self): super().__init__(); self.e, self.r, self.d = layers.Embedding(9, 4, mask_zero=True), layers.GRU(3), layers.Dense(1)
    def build(self, shape): self.e.build(shape); self.r.build((None, None, 4)); self.d.build((None, 3))
    def call(self, tokens): return self.d(self.r(self.e(tokens)) * 2.0)
Reader()(np.array([[1, 0]]))
