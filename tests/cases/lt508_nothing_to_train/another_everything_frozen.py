# LT508 in another program: all layers are frozen, also the new head
import numpy as np, keras
from keras import layers

base = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(4)], name="base")
tuned = keras.Sequential([keras.Input((3,)), base, layers.Dense(1)], name="tuned")
for layer in tuned.layers:
    layer.trainable = False  # finds: LT508 tuned
tuned.compile("adam", "mse")
tuned.fit(np.ones((8, 3)), np.ones((8, 1)), epochs=2, verbose=0)
