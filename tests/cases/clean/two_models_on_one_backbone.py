import numpy as np, tensorflow as tf, keras
from keras import layers

backbone = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu")])
inputs = keras.Input((3,))
first = keras.Model(inputs, layers.Dense(1)(backbone(inputs))); second = keras.Model(inputs, layers.Dense(2)(backbone(inputs)))
x = np.ones((4, 3))
first.compile("sgd", "mse"); first.fit(x, np.ones((4, 1)), verbose=0)
backbone.trainable = False
second.compile("sgd", "mse"); second.fit(x, np.ones((4, 2)), verbose=0)
backbone.trainable = True
second.compile("sgd", "mse"); second.fit(x, np.ones((4, 2)), verbose=0)
