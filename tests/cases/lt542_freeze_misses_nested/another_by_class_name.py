# The same in a function of two arguments that compares the names of classes, with two nested towers.
import numpy as np
import keras
from keras import layers


def tower(name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(name=f"{name}_norm")], name=name)


def freeze(model, kind):
    for layer in model.layers:  # finds: LT542 left_norm, LT542 right_norm
        if layer.__class__.__name__ == kind:
            layer.trainable = False


a, b = keras.Input((4,)), keras.Input((4,))
joined = layers.BatchNormalization(name="joined_norm")(layers.concatenate([tower("left")(a), tower("right")(b)]))
model = keras.Model([a, b], layers.Dense(1)(joined), name="twins")
freeze(model, "BatchNormalization")
model.compile("sgd", "mse")
x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
model.fit([x, x], x[:, :1], verbose=0)
