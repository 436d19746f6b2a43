# Another program with LT543: a trained model judges in the loss of another: https://github.com/tensorpack/tensorpack/issues/1183
"""A perceptual loss: a trained network judges, through a closure."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def judge():
    inputs = keras.Input((10,))
    x = layers.Dense(12)(inputs)
    x = layers.BatchNormalization(name="judge_norm")(x)
    x = layers.Activation("relu")(x)
    return keras.Model(inputs, layers.Dense(4)(x), name="judge")


def perceptual(net):
    def distance(a, b):
        return tf.reduce_mean(tf.square(net(a, training=True) - net(b, training=True)))  # finds: LT543 judge_norm

    return distance


rng = np.random.default_rng(0)
x = rng.normal(size=(96, 10)).astype("float32")
labels = rng.integers(0, 4, size=96)
judge_net = judge()
judge_net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
judge_net.fit(x, labels, epochs=2, verbose=0)

painter = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(10)], name="painter")
optimizer = keras.optimizers.Adam(1e-2)
distance = perceptual(judge_net)


@tf.function
def paint(noise, real):
    with tf.GradientTape() as tape:
        loss = distance(painter(noise, training=True), real)
    gradients = tape.gradient(loss, painter.trainable_variables)
    optimizer.apply_gradients(zip(gradients, painter.trainable_variables))
    return loss


for _ in range(4):
    noise = tf.constant(rng.normal(size=(96, 6)).astype("float32"))
    loss = paint(noise, tf.constant(x))
print("judge", judge_net.evaluate(x, labels, verbose=0))
