# SOURCE: https://github.com/keras-team/keras/issues/16797
# MENDED: twin of 52_kernel_in_a_tf_variable.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(1)


class Projection(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        w_init = tf.random_normal_initializer()
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", name="kernel")
        self.shift = self.add_weight(shape=(self.units,), initializer="zeros", name="shift")

    def call(self, x):
        return tf.matmul(x, self.kernel) + self.shift


model = keras.Sequential([keras.Input((5,)), Projection(4, name="projection"), layers.Dense(1, name="out")])
model.compile(keras.optimizers.Adam(0.05), "mse")
x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
start = np.array(model.get_layer("projection").kernel)
model.fit(x, x[:, :1], epochs=3, verbose=0)
print("kernel moved by", float(np.abs(np.array(model.get_layer("projection").kernel) - start).max()))
