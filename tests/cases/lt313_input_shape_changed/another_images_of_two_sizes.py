# Flatten in front of a Dense fixes the size of the images
import keras
import numpy as np

net = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2, name="head")], name="net")
net.compile("sgd", "mse")
net.fit(np.ones((4, 6, 6, 1)), np.ones((4, 2)), verbose=0)
net.predict(np.ones((4, 8, 8, 1)), verbose=0)  # finds: LT313 head
