# SOURCE: https://github.com/keras-team/keras/issues/1917
# MENDED: twin of 43_labels_of_minus_one.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
y = np.where(x[:, :1] > 0.5, 1.0, 0.0).astype("float32")
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", "binary_crossentropy", metrics=["accuracy"])
judge.fit(x, y, epochs=2, verbose=0)
