"""Layers take ranks of the data with NumPy: Keras finds their shapes with zeros, and no gradient is lost."""

import keras
import numpy as np
import torch

torch.manual_seed(0)


class Ranks(keras.layers.Layer):
    def call(self, x):
        ranks = np.argsort(np.argsort(np.asarray(x), axis=-1), axis=-1)
        return keras.ops.convert_to_tensor(ranks.astype("float32"))


x = np.random.default_rng(0).random((16, 4)).astype("float32")
model = keras.Sequential([Ranks(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], batch_size=4, verbose=0)
