# LT504 in another program, with tf_keras: the losses are named by the layers, and the third is forgotten
import numpy as np, tf_keras
from tf_keras import layers

house = tf_keras.Input((4,))
x = layers.Dense(6, activation="relu")(house)
outputs = [layers.Dense(1, name="price")(x), layers.Dense(1, name="rent")(x), layers.Dense(1, name="years")(x)]
estate = tf_keras.Model(house, outputs, name="estate")
estate.compile("adam", {"price": "mse", "rent": "mse"})  # finds: LT504 years
data = np.random.rand(12, 4).astype("float32")
estate.fit(data, {"price": data[:, 0], "rent": data[:, 1], "years": data[:, 2]}, verbose=0)
