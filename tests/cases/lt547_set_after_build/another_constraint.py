# LT547 in another program: weights are to stay positive from the second stage on
import numpy as np, keras
from keras import layers

x = np.random.rand(32, 5).astype("float32")
prices = keras.Sequential([layers.Dense(4, name="parts"), layers.Dense(1, name="total")], name="prices")
prices.compile("adam", "mae")
prices.fit(x, x.sum(axis=1), verbose=0)
total = prices.layers[-1]
total.kernel_constraint = keras.constraints.NonNeg()  # finds: LT547 total
prices.compile("adam", "mae")
prices.fit(x, x.sum(axis=1), verbose=0)
