"""The attribute has the name of the argument, and holds a generator that is made of it."""

import keras
import numpy as np
from keras import layers, ops


class Sampling(layers.Layer):
    def __init__(self, seed=1337, **kwargs):
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        mean, log_var = inputs
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.seed)


class Jitter(layers.Layer):
    def __init__(self, seed=7):
        super().__init__()
        if isinstance(seed, int):
            self.seed = keras.random.SeedGenerator(seed)
        else:
            self.seed = seed

    def call(self, x):
        return x + keras.random.normal(ops.shape(x), seed=self.seed)


inputs = keras.Input((4,))
outputs = Sampling()([layers.Dense(2)(inputs), Jitter()(layers.Dense(2)(inputs))])
model = keras.Model(inputs, layers.Dense(4)(outputs))
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 4)), batch_size=8, verbose=0)
