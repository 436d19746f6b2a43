# Clean: a momentum teacher in training mode in the step of its student, which a function of another file moves
import os
import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from imported.moving_averages import follow  # noqa: E402


def network(name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)], name=name)


x = np.random.default_rng(0).random((8, 4)).astype("float32")
student, teacher = network("student"), network("teacher")
optimizer = keras.optimizers.SGD(0.01)


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((student(x, training=True) - tf.stop_gradient(teacher(x, training=True))) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, student.trainable_variables), student.trainable_variables))


for _ in range(4):
    step(x)
    follow(teacher, student)
