# LT528 in another program: a loop over two critics gives the gradients of both to the first
"""Two critics that learn from one batch, in a loop."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def critic(name):
    state, action = keras.Input((4,)), keras.Input((2,))
    x = layers.Dense(16, activation="relu")(layers.Concatenate()([state, action]))
    return keras.Model([state, action], layers.Dense(1)(x), name=name)


class Learner:
    def __init__(self):
        self.q1, self.q2 = critic("q1"), critic("q2")
        self.optimizers = [keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)]

    @tf.function
    def learn(self, state, action, target):
        total = 0.0
        for critic, optimizer in zip([self.q1, self.q2], self.optimizers):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(critic([state, action], training=True) - target))
            gradients = tape.gradient(loss, critic.trainable_variables)
            optimizer.apply_gradients(zip(gradients, self.q1.trainable_variables))  # finds: LT528 q1
            total += loss
        return total


rng = np.random.default_rng(0)
learner = Learner()
for _ in range(5):
    state = tf.constant(rng.normal(size=(32, 4)).astype("float32"))
    action = tf.constant(rng.normal(size=(32, 2)).astype("float32"))
    total = learner.learn(state, action, tf.reduce_sum(state, axis=1, keepdims=True))
print("loss", float(total))
