# LT507 in another program: lookups that are created where Dataset.map traces, and one outside without a vocabulary
import numpy as np, tensorflow as tf, keras
from keras import layers

cities = np.array(["Bonn", "Kiel", "Ulm", "Kiel"])
known = layers.StringLookup(vocabulary=["Bonn", "Kiel", "Ulm"])

def encode(city):
    lookup = layers.StringLookup(name="city_lookup")  # finds: LT507 city_lookup
    return lookup(city) + known(city)

for row in tf.data.Dataset.from_tensor_slices(cities).map(encode).batch(2): print(row)
