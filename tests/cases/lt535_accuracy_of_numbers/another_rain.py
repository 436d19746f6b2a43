# LT535 in another program: millimetres of rain, of which most days have 0
import numpy as np, keras
from keras import layers

x = np.random.default_rng(1).random((100, 4)).astype("float32")
rain = np.where(x[:, 0] > 0.85, 30 * x[:, 1], 0.0)
sky = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="relu")], name="sky")
sky.compile("adam", loss="mse", metrics=["mae", "accuracy"])  # finds: LT535 sky
sky.fit(x, rain, verbose=0)
