# The first layer of a functional model is its input: to freeze it freezes nothing.
import numpy as np
import keras
from keras import layers

pixels = keras.Input((4,), name="pixels")
net = keras.Model(pixels, layers.Dense(1, name="top")(layers.Dense(3, name="stem")(pixels)), name="net")
net.layers[0].trainable = False  # finds: LT545 pixels
x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
net.compile("sgd", "mse")
net.fit(x, x[:, :1], verbose=0)
