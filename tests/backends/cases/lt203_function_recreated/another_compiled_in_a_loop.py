"""A model is compiled again before each epoch, with the same arguments."""

import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name="net")
x, y = np.ones((16, 4), "float32"), np.ones((16, 2), "float32")
for _ in range(6):
    model.compile("adam", "mse")  # finds: LT203 net
    model.fit(x, y, batch_size=8, verbose=0)
