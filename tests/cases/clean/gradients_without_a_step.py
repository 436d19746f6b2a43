# Clean: gradients that are measured, timed, added up, or used for weights that a function is given
import time
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)], name="net")
x, y = tf.random.normal((8, 3)), tf.ones((8, 1))
def gradients():
    with tf.GradientTape() as tape: loss = tf.reduce_mean(tf.square(net(x, training=True) - y))
    return tape.gradient(loss, net.trainable_weights)
ratios = []
for _ in range(3):
    for w, g in zip(net.trainable_weights, gradients()):
        w = w + 1e-7
        ratios.append(float(tf.norm(g) / tf.norm(w)))
fisher = [tf.zeros(w.shape) for w in net.trainable_weights]
for _ in range(3):
    for i, g in enumerate(gradients()): fisher[i] = fisher[i] + g ** 2
for _ in range(3):
    before = time.perf_counter()
    with tf.GradientTape() as tape: loss = tf.reduce_mean(net(x) ** 2)
    timed = tape.gradient(loss, net.trainable_weights)
    print("seconds", time.perf_counter() - before)
def adapted(steps):
    """The inner loop of meta-learning: new values, which `predicted` uses in place of the weights"""
    values = [tf.convert_to_tensor(w) for w in net.trainable_weights]
    def predicted(values): return tf.tanh(x @ values[0] + values[1]) @ values[2] + values[3]
    for _ in range(steps):
        with tf.GradientTape() as tape: tape.watch(values); loss = tf.reduce_mean(tf.square(predicted(values) - y))
        values = [v - 0.1 * g for v, g in zip(values, tape.gradient(loss, values))]
    return predicted(values)
adapted(3)
def looked_ahead(rate):
    """New values of all weights, of which the largest is returned"""
    largest = 0.0
    for w, g in zip(net.trainable_weights, gradients()):
        w = w - rate * g
        largest = max(largest, float(tf.reduce_max(w)))
    return largest
for rate in (0.1, 0.2): looked_ahead(rate)
