# LT206 in another program: a model is to run as plain Python, but goes on with its graph
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="model")
model.compile("sgd", "mse"); x, y = np.ones((4, 2)), np.ones((4, 1))
model.fit(x, y, verbose=0)
model.run_eagerly = True  # finds: LT206 model
model.fit(x, y, verbose=0)
