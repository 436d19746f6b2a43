"""A model predicts groups of rows, each of another size."""

import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
x = np.ones((20, 4), "float32")
for rows in (11, 9, 7, 6, 5, 3):
    print(model.predict(x[:rows], verbose=0).shape)  # finds: LT201 -
