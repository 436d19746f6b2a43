# Metrics in the third place, as in Keras 2: https://github.com/keras-team/keras/issues/19582
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
spam = keras.Sequential([keras.Input((5,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")], name="spam")
spam.compile("adam", "binary_crossentropy", ["accuracy"])  # finds: LT708 spam
spam.fit(x, y, epochs=2, verbose=0)
