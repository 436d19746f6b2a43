# Clean: one step of each of two models that train in turns, the critic first
import keras
import numpy as np
import tensorflow as tf
from keras import layers

x = np.random.default_rng(0).random((8, 4)).astype("float32")
critic = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)], name="critic")
painter = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Dense(4)], name="painter")
critic_optimizer, painter_optimizer = keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01)


@tf.function
def judge_step(real):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(critic(painter(real, training=True), training=True) - critic(real, training=True))
    critic_optimizer.apply_gradients(zip(tape.gradient(loss, critic.trainable_variables), critic.trainable_variables))


@tf.function
def paint_step(noise):
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(critic(painter(noise, training=True), training=True))
    painter_optimizer.apply_gradients(zip(tape.gradient(loss, painter.trainable_variables), painter.trainable_variables))


judge_step(x)
paint_step(x)
