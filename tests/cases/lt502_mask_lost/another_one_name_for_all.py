# One name for all tensors of a functional model: https://github.com/keras-team/keras/issues/17091
import numpy as np, keras
from keras import layers

x = inputs = keras.Input((6,), dtype="int32")
x = layers.Embedding(9, 4, mask_zero=True)(x)
x = x * 2.0
x = layers.LSTM(3, name="reader")(x)  # finds: LT502 reader
model = keras.Model(inputs, x)
model(np.array([[1, 2, 3, 0, 0, 0]]))
