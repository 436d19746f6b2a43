# LT621 in another program: the folder has no checkpoint; variables of its own keep the error, and are no weights
import os
import tempfile

import keras
import numpy as np
import tensorflow as tf
from keras import layers


class Mean:
    def __init__(self):
        self.total = tf.Variable(0.0)
        self.count = tf.Variable(0.0)

    def add(self, values):
        self.total.assign_add(tf.reduce_sum(values))
        self.count.assign_add(tf.cast(tf.size(values), "float32"))


def follow(target, source):  # not used here
    for old, new in zip(target.weights, source.weights):
        old.assign(0.9 * old + 0.1 * new)


x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
y = x.sum(axis=1, keepdims=True)
net = keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="net")
with tempfile.TemporaryDirectory() as folder:
    path = tf.train.latest_checkpoint(os.path.join(folder, "none"))
    tf.train.Checkpoint(net=net).restore(path).expect_partial()  # finds: LT621 net
mean, best = Mean(), tf.Variable(np.inf, dtype="float32")
largest = tf.Variable(0.0)
for batch, target in zip(np.split(x, 4), np.split(y, 4)):
    error = tf.square(net(batch) - target)
    mean.add(error)
    largest.assign(tf.maximum(largest, tf.reduce_max(error)))
print("a checkpoint was restored:", path is not None)
