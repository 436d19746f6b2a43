"""A model is trained with batches that are each as long as their longest sequence."""

import keras
import numpy as np

model = keras.Sequential([keras.Input((None, 4)), keras.layers.Dense(2)], name="net")
model.compile("sgd", "mse")


def batches():
    for length in (5, 9, 6, 11, 7):
        yield np.ones((2, length, 4), "float32"), np.ones((2, length, 2), "float32")


model.fit(batches(), verbose=0)  # finds: LT201 -
