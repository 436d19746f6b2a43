# SOURCE: https://github.com/tensorflow/addons/issues/626
# SYMPTOM: stochastic depth: a block is to be left out in half of the steps; it is left out in all of them, or in none
# CULPRIT: depth
# LINE: 28
# FIX: draw with keras.random (and a SeedGenerator) and multiply: the branch is in the graph, its weight random
# OUTCOME: silent
# IDEAL: depth asks random.random() in call while it is traced: the branch was chosen once, for all steps of fit.
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

    def build(self, input_shape):
        self.inner.build(input_shape)

    def call(self, x, training=False):
        if not training:
            return x + (1.0 - self.chance) * self.inner(x)
        if random.random() < self.chance:
            return x
        self.taken.assign_add(1.0)
        return x + self.inner(x)


depth = Stochastic(layers.Dense(6, activation="relu", name="branch"), 0.5, name="depth")
model = keras.Sequential([keras.Input((6,)), depth, layers.Dense(1, name="out")])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(80, 6)).astype("float32")
random.seed(1)
model.fit(x, x[:, :1], batch_size=8, epochs=4, verbose=0)
taken = int(depth.taken)
print("branch taken in", taken, "of 40 steps; sometimes:", 0 < taken < 40)
