"""A model is created for each batch that it predicts."""

import keras
import numpy as np

outputs = []
for number in range(6):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, kernel_initializer="ones")])
    outputs.append(model.predict(np.full((8, 4), number, "float32"), verbose=0))  # finds: LT203 -
print(len(outputs))
