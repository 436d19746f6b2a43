# SOURCE: https://github.com/keras-team/keras/issues/1917
# SYMPTOM: labels of -1 and 1 for a binary crossentropy: the loss is negative
# CULPRIT: judge
# LINE: 15
# FIX: judge.fit(x, (y + 1) / 2)
# OUTCOME: silent
# IDEAL: judge is fitted to targets from -1 to 1, and binary_crossentropy is meant for targets from 0 to 1.
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
y = np.where(x[:, :1] > 0.5, 1.0, -1.0).astype("float32")
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", "binary_crossentropy", metrics=["accuracy"])
judge.fit(x, y, epochs=2, verbose=0)
