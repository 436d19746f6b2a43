# Clean: a program that resumes if it can, and whose layer takes its weight from the data
import os
import tempfile
import numpy as np
import tensorflow as tf
import keras


class Nearest(keras.layers.Layer):
    def build(self, shape):
        self.centre = self.add_weight(shape=(shape[-1],), initializer="zeros", trainable=False, name="centre")

    def learn(self, x):
        self.centre.assign(tf.reduce_mean(x, 0))

    def call(self, x):
        return tf.norm(x - self.centre, axis=-1)


x = np.random.default_rng(0).normal(3.0, size=(8, 2)).astype("float32")
net = keras.Sequential([keras.Input((2,)), Nearest()])
with tempfile.TemporaryDirectory() as folder:
    tf.train.Checkpoint(net=net).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
net.layers[0].learn(x)
print(net(x)[0])
