"""A constraint halves the weights in each update."""

import keras
import numpy as np


class Halved(keras.constraints.Constraint):
    def __call__(self, w):
        return 0.5 * w


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, kernel_constraint=Halved(), name="head")])
model.compile("sgd", "mse")
model.fit(np.ones((16, 3)), np.ones((16, 2)), batch_size=4, verbose=0)
