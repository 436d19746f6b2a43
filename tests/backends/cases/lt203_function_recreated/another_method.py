"""A model jits its own method in each call of another, and learns nothing from the last time."""

import jax
import keras
import numpy as np


class Scorer(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        return self.dense(x)

    def probabilities(self, x):
        return keras.ops.softmax(self(x))

    def score(self, x):
        return jax.jit(self.probabilities)(x)  # finds: LT203 -


scorer = Scorer()
x = np.ones((8, 4), "float32")
scorer(x)
for _ in range(6):
    scorer.score(x)
