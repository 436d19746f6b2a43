"""A stateful GRU on JAX, and a fit that shuffles: the state comes from another place of the series."""

import keras
import numpy as np
from keras import layers

levels = np.cos(np.arange(97) / 4).astype("float32")
past, following = levels[:96].reshape(12, 8, 1), levels[8::8].reshape(12, 1)
pool = layers.GRU(3, stateful=True, name="pool")
gauge = keras.Sequential([keras.Input(batch_shape=(2, 8, 1)), pool, layers.Dense(1)], name="gauge")
gauge.compile("adam", "mse")
gauge.fit(past, following, batch_size=2, verbose=0)  # finds: LT568 gauge
