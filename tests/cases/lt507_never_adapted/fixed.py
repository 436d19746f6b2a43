# LT507 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

prices = np.random.default_rng(0).normal(300.0, 40.0, (32, 2)).astype("float32")
target = (prices[:, :1] - 300.0) / 40.0

inputs = keras.Input((2,), name="prices")
rescale = layers.Normalization(name="rescale"); rescale.adapt(prices)
outputs = layers.Dense(1)(layers.Dense(4, activation="tanh")(rescale(inputs)))
appraiser = keras.Model(inputs, outputs)
appraiser.compile("sgd", "mse")
appraiser.fit(prices, target, verbose=0)
print("mean after rescaling:", float(np.mean(rescale(prices))) > 100)
