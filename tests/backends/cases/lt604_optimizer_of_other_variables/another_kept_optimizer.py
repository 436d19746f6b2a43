"""A layer is frozen after the first fit, and the model is compiled again with the optimizer that it had."""

import keras
import numpy as np
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="base"), layers.Dense(1)])
optimizer = keras.optimizers.SGD(momentum=0.9)
x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
model.compile(optimizer=optimizer, loss="mse")
model.fit(x, y, verbose=0)
model.get_layer("base").trainable = False
model.compile(optimizer=optimizer, loss="mse")
model.fit(x, y, verbose=0)  # finds: LT604 -
