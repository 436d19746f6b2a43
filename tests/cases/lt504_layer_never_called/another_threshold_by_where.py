# LT504 in another program: a gate is 1 or 0, and chosen by where
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gate(layers.Layer):
    def build(self, shape):
        self.open = layers.Dense(1, name="open")
        self.open.build(shape)
    def call(self, x):
        score = self.open(x)
        gate = tf.where(score < 0.0, 0.0, 1.0)  # finds: LT504 gate
        return x * gate
    def compute_output_shape(self, shape): return shape

gated = keras.Sequential([keras.Input((3,)), Gate(name="gate"), layers.Dense(1)], name="gated")
gated.compile("adam", "mse")
before = gated.layers[0].open.get_weights()[0].copy()
gated.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
print("open is trained:", not np.array_equal(before, gated.layers[0].open.get_weights()[0]))
