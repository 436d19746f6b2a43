# Pairs that the program asks for, a weight for each feature, and targets of the right shape
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Centers(layers.Layer):
    def build(self, shape): self.at = self.add_weight(shape=(4,), name="at")
    def call(self, x): return tf.exp(-tf.square(x - self.at))
inputs = keras.Input((2,))
score = keras.Model(inputs, layers.Dense(1)(inputs), name="score")
centers = Centers()
grid = tf.linspace(0.0, 1.0, 4)

@tf.function
def ranking(x, y, weight):
    s = score(x)
    pairs = s - tf.transpose(s)
    also = s - tf.squeeze(s, -1)
    order = y[:, None] - y[None]
    wide = centers(s) + (s - grid)
    flat = tf.reshape(s, [-1]) * weight
    column = s - tf.expand_dims(y, -1)
    return tf.reduce_mean(pairs * order * also) + tf.reduce_mean(wide) + tf.reduce_mean(flat - y) + tf.reduce_mean(column)
ranking(tf.ones((4, 2)), tf.ones(4), tf.ones(4))

@tf.function
def weighted(x, y, weight):
    """a loss and a weight for each row, in the same shape; and the pairs of all losses"""
    losses = tf.reduce_mean(tf.square(y - score(x)), axis=1)
    pairs = losses[:, None] - losses
    by_norm = weight / tf.norm(score(x), axis=1, keepdims=True)
    return losses[:, None] * weight, losses * tf.squeeze(weight, 1), pairs, by_norm
weighted(tf.ones((5, 2)), tf.ones((5, 1)), tf.ones((5, 1)))
