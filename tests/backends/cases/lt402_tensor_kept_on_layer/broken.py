"""A layer keeps its scores, and the program reads them after `fit`."""

import keras
import numpy as np


class Attention(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4, activation="softmax")

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        self.scores = self.dense(x)  # finds: LT402 attention
        return x * self.scores


attention = Attention()
model = keras.Sequential([keras.Input((4,)), attention, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
print(np.asarray(attention.scores).mean())
