"""The learning rate of Keras's optimizer has a schedule."""

import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="dense")])
rate = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.1)
model.compile(keras.optimizers.SGD(rate), "mse")
for _ in range(3):
    model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
