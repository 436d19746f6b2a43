"""A functional model on JAX reads in both directions, and is fitted epoch by epoch with a reset in between."""

import keras
import numpy as np
from keras import layers

days = keras.Input(batch_shape=(4, 5, 2))
both = layers.Bidirectional(layers.LSTM(3, stateful=True), name="both")
tide = keras.Model(days, layers.Dense(1)(both(days)), name="tide")
tide.compile("sgd", "mse")
heights = np.random.default_rng(0).normal(size=(16, 5, 2)).astype("float32")
for _ in range(2):
    tide.fit(heights, heights[:, 0, :1], 4, 1, shuffle=True, verbose=0)  # finds: LT568 tide
    both.reset_state()
