"""A text is generated with all tokens so far, which are one more in each step."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(16, 8), keras.layers.Dense(16)])


@jax.jit
def logits(tokens, length):
    return model(tokens)[0, length - 1]


tokens = np.array([[1]])
for _ in range(8):
    scores = logits(tokens, tokens.shape[1])  # finds: LT201 -
    tokens = np.concatenate([tokens, [[int(scores.argmax())]]], axis=1)
print(tokens)
