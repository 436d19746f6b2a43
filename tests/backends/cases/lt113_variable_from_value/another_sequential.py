"""A Sequential without an Input starts with a stateful layer of Keras."""

import keras
import numpy as np

model = keras.Sequential([keras.layers.SimpleRNN(2, stateful=True, name="waves"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.evaluate(np.ones((8, 5, 3)), np.ones((8, 1)), batch_size=4, verbose=0)  # finds: LT113 waves
