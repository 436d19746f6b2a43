# A softmax of one unit is always 1: https://github.com/keras-team/keras/issues/13118
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="softmax", name="score")])  # finds: LT512 score
spam.compile("adam", "binary_crossentropy")
spam.fit(x, x[:, :1] > 0, verbose=0)
