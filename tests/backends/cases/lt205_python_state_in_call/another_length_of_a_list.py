"""A layer divides by the number of the batches that it has noted."""

import keras
import numpy as np


class Fading(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, x):
        self.seen.append("batch")  # finds: LT205 fading
        return x / len(self.seen)


model = keras.Sequential([keras.Input((4,)), Fading()])
for _ in range(3):
    outputs = model.predict(np.ones((32, 4)), batch_size=4, verbose=0)
if outputs[-1, 0] != np.float32(1 / 24):
    raise RuntimeError("it does not divide by the number of batches")
