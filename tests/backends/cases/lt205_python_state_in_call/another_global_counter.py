"""A layer counts in a global."""

import keras
import numpy as np

calls = 0


class Warm(keras.layers.Layer):
    def call(self, x):
        global calls
        calls = calls + 1  # finds: LT205 warm
        return x * min(calls / 4, 1.0)


model = keras.Sequential([keras.Input((4,)), Warm()])
outputs = model.predict(np.ones((16, 4)), batch_size=4, verbose=0)
if outputs[-1, 0] != 1.0 or outputs[0, 0] != 0.25:
    raise RuntimeError("it does not count each batch")
