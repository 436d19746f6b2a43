# The twin of lt502_mask_lost/another_scaled_in_a_functional_model.py without the mistake.
"""Sentences of several lengths; the embedding is scaled as in the Transformer."""

import keras
import numpy as np
from keras import layers

WORDS, LENGTH = 50, 9


def classifier():
    tokens = keras.Input((LENGTH,), dtype="int32", name="tokens")
    embed = layers.Embedding(WORDS, 8, mask_zero=True, name="embed")
    x = embed(tokens)
    x = x * (8**0.5)
    x = layers.LSTM(12, name="reader")(x, mask=embed.compute_mask(tokens))
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))


def sentences(count, rng):
    rows = np.zeros((count, LENGTH), "int32")
    for row, length in zip(rows, rng.integers(2, LENGTH + 1, size=count)):
        row[:length] = rng.integers(1, WORDS, size=length)
    return rows


rng = np.random.default_rng(0)
x = sentences(96, rng)
y = (x[:, 0] > 25).astype("float32")[:, None]
model = classifier()
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=32, verbose=0)
print(model.evaluate(x, y, verbose=0))
