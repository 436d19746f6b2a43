"""The same on torch, where Keras 3.15 can train a stateful SimpleRNN, and neither an LSTM nor a GRU."""

import keras
import torch
from keras import layers

pulse = layers.SimpleRNN(3, stateful=True, name="pulse")
heart = keras.Sequential([keras.Input(batch_shape=(1, 6, 1)), pulse, layers.Dense(1)], name="heart")
heart.compile("sgd", "mse")
beats = torch.randn(5, 6, 1).numpy()
heart.fit(beats, beats[:, -1], batch_size=1, epochs=2, verbose=0)  # finds: LT568 heart
