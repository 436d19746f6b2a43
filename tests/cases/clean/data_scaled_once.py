# Pixels that a model scales, scaled data that it does not, and data that it scales back before
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

rng = np.random.default_rng(0)
pixels = rng.integers(0, 256, (8, 4, 4, 1)).astype("float32")
white = (pixels > 100).astype("float32")


class Through(keras.Model):
    def __init__(self):
        super().__init__()
        self.scale = layers.Rescaling(1 / 255)
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(self.scale(255 * x))


def model(*before):
    return keras.Sequential([keras.Input((4, 4, 1)), *before, layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(1)])


inputs = keras.Input((4, 4, 1))
table = keras.Sequential([keras.Input((2,)), layers.Rescaling(0.01), layers.Dense(1)])
table.compile("sgd", "mse")
table.fit(rng.uniform(size=(8, 2)), np.zeros(8), verbose=0)
scaled_back = keras.Model(inputs, layers.Dense(1)(layers.Rescaling(1 / 255)(inputs * 255)))
for net, images in (
    (model(layers.Rescaling(1 / 255)), pixels),
    (model(layers.Rescaling(1 / 255)), white),
    (model(layers.Rescaling(2.0, -1.0)), pixels / 255),
    (model(layers.Rescaling(255.0), layers.Rescaling(1 / 255)), pixels / 255),
    (model(layers.Rescaling(1 / 127.5, -1)), pixels),
    (scaled_back, pixels / 255),
    (Through(), pixels / 255),
):
    net.compile("sgd", "mse")
    net.fit(images, np.zeros(8), verbose=0)
