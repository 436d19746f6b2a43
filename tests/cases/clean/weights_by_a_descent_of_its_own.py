# A program that resumes if it can, and assigns its weights itself, without an optimizer.
import os
import tempfile
import numpy as np
import tensorflow as tf
import keras
from keras import layers

folder = tempfile.mkdtemp()
x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
net = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
tf.train.Checkpoint(net=net).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(x, training=True) - y) ** 2)
    for weight, gradient in zip(net.trainable_variables, tape.gradient(loss, net.trainable_variables)):
        weight.assign_sub(0.1 * gradient)
print(net(x)[0])
