# SOURCE: https://github.com/tensorflow/tensorflow/issues/51795
# SYMPTOM: gradient descent by hand: the gradients are not zero, and the loss is the same at every step
# CULPRIT: net
# LINE: 22
# FIX: w.assign_sub(rate * g)
# OUTCOME: silent
# IDEAL: the gradients of the 4 weights of net were taken 10 times and no weight was assigned: w = w - rate * g only makes a new tensor.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
net = keras.Sequential([keras.Input((3,)), layers.Dense(6, activation="tanh"), layers.Dense(1)], name="net")


def descend(x, y, rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - y))
    grads = tape.gradient(loss, net.trainable_weights)
    for w, g in zip(net.trainable_weights, grads):
        w = w - rate * g
    return float(loss)


rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)
losses = [descend(x, y, 0.1) for _ in range(10)]
print("first loss %.4f, last loss %.4f" % (losses[0], losses[-1]))
