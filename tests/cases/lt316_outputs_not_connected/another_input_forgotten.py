# A model of two inputs, created with one of them.
import numpy as np
import keras
from keras import layers


def rating():
    person, film = keras.Input((4,), name="person"), keras.Input((6,), name="film")
    both = layers.Concatenate(name="both")([layers.Dense(3)(person), layers.Dense(3)(film)])
    stars = layers.Dense(1, name="stars")(both)
    return keras.Model(person, stars)  # finds: LT316 stars


print(rating().predict([np.ones((2, 4)), np.ones((2, 6))], verbose=0).shape)
