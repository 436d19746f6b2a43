# Reshapes that stack steps or columns, or divide channels into steps, and happen to exchange the sizes
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

steps, size, together = 64, 8, 8
signal = keras.Input((steps, 3))
x = layers.Conv1D(32, 3, padding="same", activation="relu")(signal)
x = layers.Reshape((32, 64))(x)  # two steps in one
x = layers.Conv1D(64, 3, padding="same")(x)
x = layers.Reshape((64, 32))(x)  # and in two again
x = layers.Conv1D(size, 3, padding="same")(x)
x = layers.Reshape((steps // together, size * together))(x)
output = layers.Dense(1)(layers.LSTM(4)(x))
model = keras.Model(signal, output)
model.compile("adam", "mse")
rows = np.random.default_rng(0).normal(size=(16, steps, 3)).astype("float32")
model.fit(rows, rows[:, 0, :1], verbose=0)

strip = keras.Input((4, 16, 3))
x = layers.Conv2D(4, 1)(strip)
x = layers.Reshape((4, 4, 16))(x)  # four columns in one
model = keras.Model(strip, layers.Dense(1)(layers.GlobalAveragePooling2D()(x)))
model.compile("adam", "mse")
model.fit(np.ones((8, 4, 16, 3)), np.ones((8, 1)), verbose=0)
