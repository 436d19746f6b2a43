# A custom layer or a raw operation drops the mask
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Scale(layers.Layer):
    def call(self, x): return x * 2.0  # finds: LT502 scale
emb = layers.Embedding(10, 3, mask_zero=True)
keras.Sequential([keras.Input((4,), dtype="int32"), emb, Scale(), layers.LSTM(2)])
h = emb(np.array([[1, 2, 0, 0]]))
print("after Embedding:", getattr(h, "_keras_mask", None) is not None,
      "after raw op:", getattr(h * 2.0, "_keras_mask", None) is not None)
