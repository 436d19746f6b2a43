# LT502, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Scale(layers.Layer):
    def __init__(self):
        super().__init__(); self.supports_masking = True
    def call(self, x): return x * 2.0
emb = layers.Embedding(10, 3, mask_zero=True)
keras.Sequential([keras.Input((4,), dtype="int32"), emb, Scale(), layers.LSTM(2)])
h = emb(np.array([[1, 2, 0, 0]]))
print("after Embedding:", getattr(h, "_keras_mask", None) is not None,
      "after raw op:", getattr(h * 2.0, "_keras_mask", None) is not None)
