"""Positions are added to the words of a functional model, and attention reads the padding."""

import keras
import torch
from keras import layers

tokens = keras.Input((6,), dtype="int32")
words = layers.Embedding(9, 4, mask_zero=True)(tokens)
words = words + keras.ops.ones((1, 6, 4))
mixed = layers.MultiHeadAttention(2, 4)(words, words)  # finds: LT502 multi_head_attention
model = keras.Model(tokens, layers.Dense(1)(mixed))
model(torch.ones((8, 6), dtype=torch.int32))
