"""A layer takes a mean with NumPy, so that Keras cannot build the model: torch has no values for it.

https://github.com/keras-team/keras-core/issues/957
"""

import keras
import numpy as np
import torch

torch.manual_seed(0)


class Scale(keras.layers.Layer):
    def call(self, x):
        return x / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True))  # finds: LT405 scale


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.dense = keras.layers.Dense(8)
        self.scale = Scale(name="scale")
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return self.head(self.scale(self.dense(x)))


x = np.random.default_rng(0).random((64, 6)).astype("float32")
model = Net()
model.compile(optimizer="adam", loss="mse")
model.fit(x, x.sum(axis=1, keepdims=True), batch_size=16, verbose=0)
