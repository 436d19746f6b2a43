# LT548 in another program: a recurrent net ends in a tanh, and is fitted to temperatures of 15 to 25 degrees
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(64, 6, 2)).astype("float32")
degrees = 20 + 2 * x[:, -1, :1]
inputs = keras.Input((6, 2))
outputs = layers.Dense(1, "tanh", name="degrees")(layers.GRU(8)(inputs))  # finds: LT548 degrees
weather = keras.Model(inputs, outputs, name="weather")
weather.compile("adam", keras.losses.MeanAbsoluteError())
weather.fit(x, degrees, verbose=0)
