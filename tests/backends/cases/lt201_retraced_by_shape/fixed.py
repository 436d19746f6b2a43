"""The tokens are padded to the next power of two, and the position of the last one is an argument."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(16, 8), keras.layers.Dense(16)])


@jax.jit
def logits(tokens, length):
    return model(tokens)[0, length - 1]


tokens = np.array([[1]])
for _ in range(8):
    length = tokens.shape[1]
    size = 1 << (length - 1).bit_length()
    scores = logits(np.pad(tokens, ((0, 0), (0, size - length))), length)
    tokens = np.concatenate([tokens, [[int(scores.argmax())]]], axis=1)
print(tokens)
