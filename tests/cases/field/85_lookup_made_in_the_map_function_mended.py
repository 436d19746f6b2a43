# SOURCE: https://github.com/tensorflow/recommenders/issues/345
# MENDED: twin of 85_lookup_made_in_the_map_function.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
cities = np.array(["Bonn", "Kiel", "Ulm", "Kiel", "Bonn", "Ulm", "Ulm", "Bonn"])
rents = np.array([9.0, 8.0, 11.0, 8.5, 9.5, 10.5, 11.5, 9.0], "float32")
lookup = layers.StringLookup(name="city_lookup")
lookup.adapt(cities)


def encode(city, rent):
    return lookup(city), rent


dataset = tf.data.Dataset.from_tensor_slices((cities, rents)).map(encode).batch(4)
model = keras.Sequential([keras.Input((), dtype="int64"), layers.Embedding(4, 3, name="city"), layers.Dense(1, name="rent")])
model.compile("adam", "mse")
model.fit(dataset, epochs=2, verbose=0)
print("indices:", sorted({int(i) for x, _ in dataset for i in x.numpy()}))
