"""On torch, a data loader yields the series in its order."""

import keras
import torch
from keras import layers

pulse = layers.SimpleRNN(3, stateful=True, name="pulse")
heart = keras.Sequential([keras.Input(batch_shape=(1, 6, 1)), pulse, layers.Dense(1)], name="heart")
heart.compile("sgd", "mse")
beats = torch.randn(5, 6, 1)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(beats, beats[:, -1]), batch_size=1)
heart.fit(loader, epochs=2, verbose=0)
