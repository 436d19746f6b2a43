# LT512 in another program: the softmax of one unit
import numpy as np, tensorflow as tf, keras
from keras import layers

inputs = keras.Input((4,))
hidden = layers.Dense(8, activation="relu")(inputs)
yes = layers.Dense(1, activation="softmax", name="yes")(hidden)  # finds: LT512 yes
judge = keras.Model(inputs, yes)
judge.compile("adam", keras.losses.BinaryCrossentropy())
judge.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
