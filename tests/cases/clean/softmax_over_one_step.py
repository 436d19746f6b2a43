# A softmax over the steps of data that happens to have one step
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)

class OverSteps(layers.Layer):
    def call(self, steps):
        weights = tf.nn.softmax(tf.reduce_sum(steps, axis=-1))
        return tf.reduce_sum(weights[..., None] * steps, axis=1)

class OfTotals(layers.Layer):
    def call(self, steps):
        turned = tf.transpose(steps, (0, 2, 1))
        return steps * tf.nn.softmax(tf.reduce_sum(turned, axis=1, keepdims=True))

class OfScores(layers.Layer):
    def build(self, shape):
        self.query = self.add_weight(shape=(shape[-1], 1))

    def call(self, steps):
        weights = tf.nn.softmax(tf.squeeze(tf.tanh(tf.matmul(steps, self.query)), axis=-1))
        return steps * weights[..., None]

class OfMeans(layers.Layer):
    def call(self, steps):
        return steps * tf.nn.softmax(tf.reduce_mean(steps, axis=-1, keepdims=True), axis=1)

model = keras.Sequential([keras.Input((1, 3)), OfTotals(), OfScores(), OfMeans(), OverSteps(), layers.Dense(1)])
model.compile("adam", "mse")
rows = np.random.default_rng(0).normal(size=(16, 1, 3)).astype("float32")
model.fit(rows, rows[:, 0, :1], verbose=0)
