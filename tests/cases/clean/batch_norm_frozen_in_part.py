# Batch normalization is frozen on top and in the nested base; a base is frozen as a whole; a loop freezes the
# first layers of any class; a loop over the base alone leaves that on top.
import numpy as np
import keras
from keras import layers


def network():
    base = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization()], name="base")
    return base, keras.Sequential([keras.Input((4,)), base, layers.BatchNormalization(), layers.Dense(1)])


def freeze(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            freeze(layer)
        elif isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
base, model = network()
freeze(model)
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)

base, model = network()
base.trainable = False
for layer in model.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)

base, model = network()
for layer in base.layers[:1]:
    layer.trainable = False
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)

base, model = network()
for layer in base.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
