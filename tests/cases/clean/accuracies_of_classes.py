# Clean: accuracies of classes, of a resized mask, of rows of probabilities; numbers with an error, and classes after them
import numpy as np, keras
from keras import layers

x, rng = np.random.rand(60, 4).astype("float32"), np.random.default_rng(0)
def net(units, activation, name): return keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=activation)], name=name)
yes = net(1, "sigmoid", "yes"); yes.compile("sgd", "mse", metrics=["accuracy"]); yes.fit(x, x[:, :1] > 0.5, verbose=0)
kinds = net(3, "softmax", "kinds"); kinds.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"]); kinds.fit(x, np.arange(60) % 3, verbose=0)
shares = net(3, "softmax", "shares"); shares.compile("sgd", "kld", metrics=["accuracy"]); shares.fit(x, rng.dirichlet([1, 1, 1], 60), verbose=0)
prices = net(1, None, "prices"); prices.compile("sgd", "mse", metrics=["mae", "mape"]); prices.fit(x, x[:, 1] * 9, verbose=0)
mask = (x > 0.5).astype("float32"); mask[:9] = 0.3
pixels = keras.Sequential([keras.Input((4, 1)), layers.Conv1D(1, 3, padding="same", activation="sigmoid")], name="pixels")
pixels.compile("sgd", "binary_crossentropy", metrics=["accuracy"]); pixels.fit(x[..., None], mask[..., None], verbose=0)
twice = net(1, "sigmoid", "twice"); twice.compile("sgd", "mse"); twice.fit(x, x[:, :1], verbose=0)
twice.compile("sgd", "binary_crossentropy", metrics=["accuracy"]); twice.fit(x, x[:, :1] > 0.5, verbose=0)
