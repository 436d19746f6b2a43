# SOURCE: https://github.com/keras-team/keras-io/pull/1996
# SYMPTOM: a VAE with seed=1337 in its sampling layer: the noise is the same in each batch, sampling twice gives the same
# CULPRIT: sampling
# LINE: 21
# FIX: self.seeds = keras.random.SeedGenerator(1337) in __init__, and seed=self.seeds in call
# OUTCOME: silent
# IDEAL: sampling (Sampling) calls keras.random.normal with seed=1337, a number: in Keras 3 each call returns the same noise; use a SeedGenerator.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def call(self, parts):
        mean, log_var = parts
        noise = keras.random.normal(ops.shape(mean), seed=1337)
        return mean + ops.exp(0.5 * log_var) * noise


inp = keras.Input((6,))
h = layers.Dense(8, activation="relu", name="enc")(inp)
mean, log_var = layers.Dense(2, name="mean")(h), layers.Dense(2, name="log_var")(h)
z = Sampling(name="sampling")([mean, log_var])
vae = keras.Model(inp, layers.Dense(6, name="dec")(z), name="vae")
vae.compile(optimizer="adam", loss="mse")
x = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")
vae.fit(x, x, epochs=2, verbose=0)
one, two = vae.predict(x, verbose=0), vae.predict(x, verbose=0)
print("two samplings differ by", round(float(np.abs(one - two).max()), 4))
