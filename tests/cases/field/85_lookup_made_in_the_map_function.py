# SOURCE: https://github.com/tensorflow/recommenders/issues/345
# SYMPTOM: the StringLookup is made inside the function given to Dataset.map; fit: Table not initialized
# CULPRIT: city_lookup
# LINE: 19
# FIX: make and adapt the StringLookup once, outside of the map function, and call it in there
# OUTCOME: raises FailedPreconditionError
# IDEAL: city_lookup is made inside encode, which Dataset.map traces: its table is never initialized and it was not adapted; make and adapt it before map.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
cities = np.array(["Bonn", "Kiel", "Ulm", "Kiel", "Bonn", "Ulm", "Ulm", "Bonn"])
rents = np.array([9.0, 8.0, 11.0, 8.5, 9.5, 10.5, 11.5, 9.0], "float32")


def encode(city, rent):
    lookup = layers.StringLookup(name="city_lookup")
    return lookup(city), rent


dataset = tf.data.Dataset.from_tensor_slices((cities, rents)).map(encode).batch(4)
model = keras.Sequential([keras.Input((), dtype="int64"), layers.Embedding(4, 3, name="city"), layers.Dense(1, name="rent")])
model.compile("adam", "mse")
model.fit(dataset, epochs=2, verbose=0)
print("indices:", sorted({int(i) for x, _ in dataset for i in x.numpy()}))
