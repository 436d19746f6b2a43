"""An operation of torch between two layers of a model drops the mask."""

import keras
import torch
from keras import layers


class Reader(keras.Model):
    def __init__(self):
        super().__init__()
        self.words = layers.Embedding(9, 4, mask_zero=True)
        self.gru = layers.GRU(3)

    def call(self, tokens):
        x = torch.tanh(self.words(tokens)) * 2.0
        return self.gru(x)  # finds: LT502 gru


model = Reader()
model(torch.ones((8, 6), dtype=torch.int32))
