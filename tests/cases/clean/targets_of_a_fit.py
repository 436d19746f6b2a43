# Clean: targets of regression, counts, of a part of the rows by time, of images that are resized, and some without a weight
import numpy as np, keras
from keras import layers

def net(units, activation, name): return keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=activation)], name=name)
x, rng = np.random.rand(60, 4), np.random.default_rng(0)
prices = net(1, None, "prices"); prices.compile("sgd", "mse"); prices.fit(x, x[:, :1] * 4 - 2, validation_split=0.2, verbose=0)
years = net(1, None, "years"); years.compile("sgd", "mae"); years.fit(x, np.repeat(np.arange(10), 6), validation_split=0.2, verbose=0)
hinge = net(1, None, "hinge"); hinge.compile("sgd", "hinge"); hinge.fit(x, np.where(x[:, :1] > 0.5, 1, -1), verbose=0)
sorter = net(3, "softmax", "sorter"); sorter.compile("sgd", "sparse_categorical_crossentropy"); order = rng.permutation(60)
sorter.fit(x, np.repeat(np.arange(3), 20)[order], validation_split=0.3, verbose=0)
sorter.fit(x, np.repeat(np.arange(3), 20), validation_data=(x, np.repeat(np.arange(3), 20)), validation_split=0.3, verbose=0)
resized = np.clip(rng.random((60, 4)), 0, 1) * 1.004 - 0.002
painter = net(4, "sigmoid", "painter"); painter.compile("sgd", "binary_crossentropy"); painter.fit(x, resized, verbose=0)
words = net(6, "softmax", "words"); words.compile("sgd", "categorical_crossentropy"); words.fit(x, rng.poisson(1.0, (60, 6)), verbose=0)
known = np.where(x[:, 0] > 0.4, 1.0, 0.0); known[::5] = -1
mail = net(1, "sigmoid", "mail"); mail.compile("sgd", "binary_crossentropy", weighted_metrics=["accuracy"])
mail.fit(x, known, sample_weight=(known >= 0).astype("float32"), verbose=0)  # the others are not known
