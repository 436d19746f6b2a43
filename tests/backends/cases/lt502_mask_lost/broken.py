"""Words are scaled between the embedding and the GRU of a functional model, which drops the mask."""

import keras
import numpy as np
from keras import layers

tokens = keras.Input((6,), dtype="int32")
words = layers.Embedding(9, 4, mask_zero=True)(tokens)
words = words * 4**0.5 + np.ones((1, 6, 4), "float32")
state = layers.GRU(3)(words)  # finds: LT502 gru
model = keras.Model(tokens, layers.Dense(1)(state))
model.compile("sgd", "mse")
model.fit(np.ones((8, 6), "int32"), np.ones((8, 1)), verbose=0)
