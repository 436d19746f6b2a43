# LT301 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

optimizer = keras.optimizers.Adam()
body = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
for units in (2, 5):
    model = keras.Sequential([body, layers.Dense(units)])
    model.compile(optimizer, "mse")
    model.fit(np.ones((4, 3)), np.ones((4, units)), verbose=0)  # finds: LT604 -
