"""`fit` trains a stateful GRU on torch, which runs step by step."""

import keras
import numpy as np
import torch

torch.manual_seed(0)
x = np.random.default_rng(0).normal(size=(16, 5, 3)).astype("float32")
inputs = keras.Input(batch_shape=(4, 5, 3))
outputs = keras.layers.Dense(1)(keras.layers.GRU(2, stateful=True, use_cudnn=False, name="gru")(inputs))
model = keras.Model(inputs, outputs)
model.compile("sgd", "mse")
model.fit(x, x[:, 0, :1], batch_size=4, shuffle=False, verbose=0)
