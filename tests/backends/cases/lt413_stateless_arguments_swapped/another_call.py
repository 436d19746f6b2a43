"""`stateless_call` gets the statistics before the weights."""

import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()], name="normal"
)
weights = [v.value for v in model.trainable_variables]
x = np.ones((4, 3), "float32")
statistics = [v.value for v in model.non_trainable_variables]
outputs, statistics = model.stateless_call(statistics, weights, x)  # finds: LT413 normal
