# SOURCE: https://github.com/keras-team/keras-io/pull/1693
# MENDED: twin of 63_noise_with_a_number_for_seed.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Jitter(layers.Layer):
    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.seed = keras.random.SeedGenerator(42)

    def call(self, x, training=False):
        if training:
            x = x + self.scale * keras.random.normal(ops.shape(x), seed=self.seed)
        return x


jitter = Jitter(0.3, name="jitter")
denoiser = keras.Sequential([keras.Input((6,)), jitter, layers.Dense(6, name="restore")], name="denoiser")
denoiser.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")
denoiser.fit(x, x, batch_size=16, epochs=2, shuffle=False, verbose=0)
draws = [ops.convert_to_numpy(jitter(x[:4], training=True)) for _ in range(3)]
print("three calls with the same noise:", all(np.array_equal(draws[0], d) for d in draws))
