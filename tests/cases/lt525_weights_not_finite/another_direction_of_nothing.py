# LT525 in another program: vectors are divided by their norms, and one is 0
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
class Direction(layers.Layer):
    def call(self, x):
        return x / tf.norm(x, axis=-1, keepdims=True)  # finds: LT525 direction
    def compute_output_shape(self, shape): return shape

faces = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu", use_bias=False), Direction(name="direction")], name="faces")
faces.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(16, 4))
x[7] = 0
faces.fit(x, np.ones((16, 3)), epochs=2, verbose=0)
