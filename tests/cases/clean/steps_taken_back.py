# Clean: a search for a good rate puts the weights back after each of its steps
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="net")
x, y, start = tf.random.normal((8, 3)), tf.ones((8, 1)), net.get_weights()
sgd = keras.optimizers.SGD()
for rate in (0.01, 0.1, 1.0):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(tf.square(net(x, training=True) - y))
    grads = tape.gradient(loss, net.trainable_weights)
    for w, g in zip(net.trainable_weights, grads): w.assign_sub(rate * g)
    print(rate, float(tf.reduce_mean(tf.square(net(x) - y)))); net.set_weights(start)
