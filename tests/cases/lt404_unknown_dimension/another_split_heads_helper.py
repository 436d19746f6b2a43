import numpy as np
import keras
from keras import layers


def split_heads(x, n):
    batch, time, dim = x.shape  # finds: LT404 heads
    return keras.ops.reshape(x, (batch, time, n, dim // n))


class Heads(layers.Layer):
    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n
        self.q = layers.Dense(8)

    def call(self, x):
        q = split_heads(self.q(x), self.n)
        return keras.ops.mean(q, axis=2)


inputs = keras.Input((None, 8))
model = keras.Model(inputs, Heads(2, name="heads")(inputs))
print(model(np.random.rand(2, 5, 8)).shape)
