# Descent on a local name: https://github.com/tensorflow/tensorflow/issues/51795
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)], name="net")

def step(x, y, rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - y))
    grads = tape.gradient(loss, net.trainable_weights)
    for w, g in zip(net.trainable_weights, grads):
        w = w - rate * g  # finds: LT523 net
    return float(loss)

x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
losses = [step(x, x.sum(axis=1, keepdims=True), 0.1) for _ in range(5)]
print("the loss falls:", losses[-1] < losses[0])
