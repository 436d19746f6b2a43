"""A Sequential on torch starts with a stateful layer of Keras."""

import keras
import torch

model = keras.Sequential([keras.layers.LSTM(2, stateful=True, name="waves"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(torch.ones(8, 5, 3), torch.ones(8, 1), batch_size=4, shuffle=False, verbose=0)  # finds: LT113 waves
