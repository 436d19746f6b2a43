"""A frozen base is unfrozen after the first fit, and the model is not compiled again."""

import keras
import numpy as np
from keras import layers

base = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="base")
base.trainable = False
inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
model.compile(keras.optimizers.Adam(1e-3), loss="mse")
model.fit(x, y, verbose=0)
base.trainable = True
model.fit(x, y, verbose=0)  # finds: LT604 -
