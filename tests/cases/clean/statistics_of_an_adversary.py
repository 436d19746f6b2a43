# Clean: a critic that another function trains in turns runs in training mode in the step of the painter
import keras
import numpy as np
import tensorflow as tf
from keras import layers


def judge():
    inputs = keras.Input((6,))
    x = layers.BatchNormalization()(layers.Dense(8)(inputs))
    return keras.Model(inputs, layers.Dense(1)(layers.ReLU()(x)), name="critic")


critic = judge()
painter = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(6)], name="painter")
critic_optimizer, painter_optimizer = keras.optimizers.Adam(), keras.optimizers.Adam()


@tf.function
def judge_step(real, noise):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(critic(painter(noise, training=True), training=True) - critic(real, training=True))
    critic_optimizer.apply_gradients(zip(tape.gradient(loss, critic.trainable_variables), critic.trainable_variables))


@tf.function
def paint_step(noise):
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(critic(painter(noise, training=True), training=True))
    painter_optimizer.apply_gradients(zip(tape.gradient(loss, painter.trainable_variables), painter.trainable_variables))


for _ in range(4):
    judge_step(tf.random.normal((8, 6)), tf.random.normal((8, 3)))
    paint_step(tf.random.normal((8, 3)))
