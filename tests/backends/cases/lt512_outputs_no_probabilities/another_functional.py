# Scores of a convolution, whose loss expects probabilities
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(32, 8, 8, 1)).astype("float32")
inputs = keras.Input((8, 8, 1))
hidden = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
kinds = keras.Model(inputs, layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D()(hidden)), name="kinds")
segments = keras.Sequential([kinds], name="segments")
segments.compile("adam", keras.losses.SparseCategoricalCrossentropy())  # finds: LT512 scores
segments.fit(x, np.arange(32) % 3, verbose=0)
