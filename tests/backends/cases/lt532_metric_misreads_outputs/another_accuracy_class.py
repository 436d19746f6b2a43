# `Accuracy` compares for equality: https://github.com/keras-team/keras/issues/17604
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, "sigmoid")], name="spam")
spam.compile("adam", "binary_crossentropy", metrics=[keras.metrics.Accuracy()])  # finds: LT532 spam
spam.fit(x, x[:, :1] > 0, verbose=0)
