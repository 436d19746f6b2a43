"""The scores are an output of a second model."""

import keras
import numpy as np


class Attention(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4, activation="softmax")

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        scores = self.dense(x)
        return x * scores, scores


x = keras.Input((4,))
y, scores = Attention()(x)
model = keras.Model(x, keras.layers.Dense(1)(y))
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 1)), batch_size=4, verbose=0)
print(keras.Model(x, scores).predict(np.ones((4, 4)), verbose=0).mean())
