# LT525 in another program: two layers of a class divide by a norm, and only the first gets rows of zeros from relu
import numpy as np, keras
from keras import layers, ops

keras.utils.set_random_seed(0)
class Unit(layers.Layer):
    def call(self, x):
        return x / ops.norm(x, axis=-1, keepdims=True)  # finds: LT525 first

words = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu", use_bias=False), Unit(name="first"),
                          layers.Dense(3), Unit(name="second")], name="words")
words.compile("adam", "mse")
x = np.ones((8, 4)); x[0] = 0
words.fit(x, np.ones((8, 3)), epochs=2, verbose=0)
