# The same with a target network that is moved in a function, as in reinforcement learning.
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Critic(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.BatchNormalization(name=f"{self.name}_norm")
        self.value = layers.Dense(1)

    def call(self, x, training=False):
        return self.value(self.norm(x, training=training))


def soft_update(target, source, tau):
    for t, s in zip(target.trainable_variables, source.trainable_variables):  # finds: LT544 target_norm
        t.assign(tau * s + (1 - tau) * t)


critic, target = Critic(name="critic"), Critic(name="target")
optimizer = keras.optimizers.SGD(0.01)
x = tf.constant(np.random.default_rng(0).normal(3.0, 1.0, size=(8, 2)), tf.float32)
critic(x), target(x)
target.set_weights(critic.get_weights())
for _ in range(3):
    goal = 0.9 * target(x, training=False)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((critic(x, training=True) - goal) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, critic.trainable_variables), critic.trainable_variables))
    soft_update(target, critic, 0.1)
