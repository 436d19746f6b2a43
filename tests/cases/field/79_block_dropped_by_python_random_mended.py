# SOURCE: https://github.com/tensorflow/addons/issues/626
# MENDED: twin of 79_block_dropped_by_python_random.py, nothing is wrong here
# OUTCOME: silent
import random
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(3)


class Stochastic(layers.Layer):
    def __init__(self, inner, chance, **kwargs):
        super().__init__(**kwargs)
        self.inner, self.chance = inner, chance
        self.taken = self.add_weight(shape=(), initializer="zeros", trainable=False, name="taken")
        self.seeds = keras.random.SeedGenerator(5)

    def build(self, input_shape):
        self.inner.build(input_shape)

    def call(self, x, training=False):
        if not training:
            return x + (1.0 - self.chance) * self.inner(x)
        keep = ops.cast(keras.random.uniform(()  , seed=self.seeds) >= self.chance, x.dtype)
        self.taken.assign_add(keep)
        return x + keep * self.inner(x)


depth = Stochastic(layers.Dense(6, activation="relu", name="branch"), 0.5, name="depth")
model = keras.Sequential([keras.Input((6,)), depth, layers.Dense(1, name="out")])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(80, 6)).astype("float32")
random.seed(1)
model.fit(x, x[:, :1], batch_size=8, epochs=4, verbose=0)
taken = int(depth.taken)
print("branch taken in", taken, "of 40 steps; sometimes:", 0 < taken < 40)
