# Two models are compared on the same noise, and one of them at several strengths of it; nothing is trained
import jax
import jax.numpy as jnp
import keras
import numpy as np

narrow = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(8)])
wide = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(8)])
x = np.random.rand(32, 8).astype("float32")
key = jax.random.key(0)


def scoring(model):
    @jax.jit
    def score(weights, x, key, strength):
        noisy = x + strength * jax.random.normal(key, x.shape)
        out, _ = model.stateless_call(weights, [], noisy)
        return jnp.mean((out - x) ** 2)

    return score


for model in (narrow, wide):
    score = scoring(model)
    for strength in (0.1, 0.2):
        print(score([each.value for each in model.trainable_variables], x, key, strength))
