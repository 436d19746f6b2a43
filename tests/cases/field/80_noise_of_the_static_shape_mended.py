# SOURCE: https://github.com/tensorflow/tensorflow/issues/36991
# MENDED: twin of 80_noise_of_the_static_shape.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Sampling(layers.Layer):
    def call(self, mean, log_variance):
        noise = tf.random.normal(ops.shape(mean))
        return mean + ops.exp(0.5 * log_variance) * noise


class Vae(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mean = layers.Dense(2, name="mean")
        self.log_variance = layers.Dense(2, name="log_variance")
        self.sampling = Sampling(name="sampling")
        self.decode = layers.Dense(5, name="decode")

    def call(self, x):
        return self.decode(self.sampling(self.mean(x), self.log_variance(x)))


vae = Vae(name="vae")
x = np.random.default_rng(0).normal(size=(20, 5)).astype("float32")
print("called:", vae(x[:4]).shape)
vae.compile("adam", "mse")
vae.fit(x, x, batch_size=8, verbose=0)
print("trained:", int(vae.optimizer.iterations), "steps")
