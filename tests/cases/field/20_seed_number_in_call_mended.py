# SOURCE: https://github.com/keras-team/keras-io/pull/1996
# MENDED: twin of 20_seed_number_in_call.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seeds = keras.random.SeedGenerator(1337)

    def call(self, parts):
        mean, log_var = parts
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
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
