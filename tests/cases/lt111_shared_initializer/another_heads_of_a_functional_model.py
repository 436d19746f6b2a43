import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

init = keras.initializers.RandomNormal(stddev=0.02)
inputs = keras.Input((6,))
body = layers.Dense(8, activation="relu", kernel_initializer=init)(inputs)
left = layers.Dense(2, kernel_initializer=init, name="left")(body)
right = layers.Dense(2, kernel_initializer=init, name="right")(body)  # finds: LT111 right
model = keras.Model(inputs, [left, right])
model.compile("sgd", ["mse", "mse"])
model.fit(np.ones((4, 6)), [np.ones((4, 2)), np.zeros((4, 2))], verbose=0)
