# Clean: a program that resumes if it can, whose weights an object moves that was given them
import os
import tempfile
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Descent:
    def __init__(self, weight, rate):
        self.weight, self.rate = weight, rate

    def step(self, gradient):
        self.weight.assign_sub(self.rate * gradient)


x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
net = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
with tempfile.TemporaryDirectory() as folder:
    tf.train.Checkpoint(net=net).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
descents = [Descent(weight, 0.1) for weight in net.trainable_variables]
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(x, training=True) - y) ** 2)
    for descent, gradient in zip(descents, tape.gradient(loss, net.trainable_variables)):
        descent.step(gradient)
print(net(x)[0])
