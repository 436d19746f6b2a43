"""Words are scaled between two layers in a call."""

import keras
import numpy as np
from keras import layers, ops


class Reader(layers.Layer):
    def __init__(self):
        super().__init__()
        self.words = layers.Embedding(9, 4, mask_zero=True)
        self.gru = layers.GRU(3)

    def call(self, tokens):
        x = ops.tanh(self.words(tokens))
        return self.gru(x)  # finds: LT502 gru


tokens = keras.Input((6,), dtype="int32")
model = keras.Model(tokens, layers.Dense(1)(Reader()(tokens)))
model.compile("sgd", "mse")
model.fit(np.ones((8, 6), "int32"), np.ones((8, 1)), verbose=0)
