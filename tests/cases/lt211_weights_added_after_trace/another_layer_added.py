# LT211 in another program: a layer is added to a model that was trained
import numpy as np, tensorflow as tf, keras
from keras import layers

grown = keras.Sequential([keras.Input((3,)), layers.Dense(4)], name="grown")
grown.compile("sgd", "mse")
x = np.ones((8, 3))
grown.fit(x, np.ones((8, 4)), verbose=0)
grown.add(layers.Dense(4, name="late"))  # finds: LT211 late
grown.fit(x, np.ones((8, 4)), epochs=2, verbose=0)
