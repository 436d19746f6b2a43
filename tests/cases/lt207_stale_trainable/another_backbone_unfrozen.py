# LT207 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

backbone = keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.Dense(3)], name="backbone")
backbone.trainable = False
model = keras.Sequential([keras.Input((2,)), backbone, layers.Dense(1)])
model.compile("sgd", "mse"); x, y = np.ones((4, 2)), np.ones((4, 1))
model.fit(x, y, verbose=0)
backbone.trainable = True
model.fit(x, y, verbose=0)  # finds: LT207 backbone
