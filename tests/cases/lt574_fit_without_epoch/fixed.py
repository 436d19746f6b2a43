# Two stages of five epochs each, of which the second ends where it begins
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = x.sum(axis=1)
base = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu")], name="base")
prices = keras.Sequential([base, layers.Dense(1)], name="prices")
base.trainable = False
prices.compile("adam", "mse")
first = prices.fit(x, y, epochs=5, verbose=0)
base.trainable = True
before = base.layers[0].kernel.numpy()
prices.compile(keras.optimizers.Adam(1e-4), "mse")
prices.fit(x, y, epochs=first.epoch[-1] + 1 + 5, initial_epoch=first.epoch[-1] + 1, verbose=0)
print("the base is fine-tuned:", not np.allclose(before, base.layers[0].kernel.numpy()))
