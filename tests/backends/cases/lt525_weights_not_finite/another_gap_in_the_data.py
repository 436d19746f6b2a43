# LT525 in another program: a measurement is missing (https://github.com/keras-team/keras/issues/2134)
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
weather = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)], name="weather")
weather.compile("adam", "mse")
x, y = np.random.default_rng(0).normal(size=(16, 4)), np.ones((16, 1))
x[5, 2] = np.nan
weather.fit(x, y, epochs=2, verbose=0)  # finds: LT525 weather
