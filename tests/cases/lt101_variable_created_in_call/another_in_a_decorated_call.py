# LT101 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Noisy(layers.Layer):
    @tf.function
    def call(self, x):
        noise = tf.Variable([0.5])  # finds: LT101 noisy
        return x + noise
Noisy()(np.ones((1, 2), "float32"))
