"""A layer divides by the length of a global list, whose name is that of an attribute of every layer."""

import keras
import numpy as np

losses = []


class Fading(keras.layers.Layer):
    def call(self, x):
        losses.append(1.0)  # finds: LT205 fading
        return x / len(losses)


model = keras.Sequential([keras.Input((4,)), Fading()])
outputs = model.predict(np.ones((32, 4)), batch_size=4, verbose=0)
if outputs[-1, 0] != np.float32(1 / 8):
    raise RuntimeError("it does not divide by the number of batches")
