"""Each sentence is scored with its own length."""

import jax
import jax.numpy as jnp
import keras
import numpy as np

model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(16, 8), keras.layers.Dense(1)])


@jax.jit
def score(words):
    return jnp.sum(jnp.where(words > 0, model(words)[..., 0], 0))


sentences = [np.ones((1, length), "int32") for length in (5, 9, 6, 11, 7, 13)]
scores = []
for sentence in sentences:
    scores.append(float(score(sentence[:, :12])))  # finds: LT201 -
print(scores)
