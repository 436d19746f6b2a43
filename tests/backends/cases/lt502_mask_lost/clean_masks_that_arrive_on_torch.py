"""Layers pass the mask on, or the program gives it, so the GRU gets it."""

import keras
import torch
from keras import layers


class Scale(layers.Layer):
    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def call(self, x):
        return x * 2.0


class Reader(layers.Layer):
    def __init__(self):
        super().__init__()
        self.words = layers.Embedding(9, 4, mask_zero=True)
        self.gru = layers.GRU(3)

    def call(self, tokens):
        x = torch.tanh(self.words(tokens))
        return self.gru(x, mask=tokens != 0)


tokens = keras.Input((6,), dtype="int32")
words = Scale()(layers.Dropout(0.1)(layers.Embedding(9, 4, mask_zero=True)(tokens)))
states = layers.concatenate([layers.GRU(3)(words), Reader()(tokens)])
model = keras.Model(tokens, layers.Dense(1)(states * 2.0))
model(torch.ones((8, 6), dtype=torch.int32))
