# Clean: a teacher in training mode in the step of its student, whose weights are set after each epoch
import keras
import numpy as np
import tensorflow as tf
from keras import layers


def network(name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)], name=name)


x = np.random.default_rng(0).random((8, 4)).astype("float32")
student, teacher = network("student"), network("teacher")
teacher.set_weights(student.get_weights())
optimizer = keras.optimizers.SGD(0.01)


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((student(x, training=True) - tf.stop_gradient(teacher(x, training=True))) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, student.trainable_variables), student.trainable_variables))


for _ in range(2):
    for _ in range(2):
        step(x)
    means = [0.9 * old + 0.1 * new for old, new in zip(teacher.get_weights(), student.get_weights())]
    teacher.set_weights(means)
