# LT206 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.9, name="annealed"), layers.Dense(1)])
model.compile("sgd", "mse"); x, y = np.ones((4, 3)), np.ones((4, 1))
model.fit(x, y, verbose=0)
model.get_layer("annealed").rate = 0.1  # finds: LT206 annealed
model.fit(x, y, verbose=0)
