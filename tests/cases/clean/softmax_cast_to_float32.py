"""In mixed precision a linear `Activation` casts the probabilities to float32, as in TensorFlow's guide."""

import keras
import numpy as np
from keras import layers

inputs = keras.Input((8,))
hidden = layers.Dense(16, activation="relu", dtype="mixed_float16")(inputs)
probabilities = layers.Dense(10, activation="softmax", dtype="mixed_float16")(hidden)
model = keras.Model(inputs, layers.Activation("linear", dtype="float32")(probabilities))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.random.default_rng(1).normal(size=(20, 8)), np.arange(20) % 10, verbose=0)
