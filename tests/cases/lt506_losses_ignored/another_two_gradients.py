# LT506 in another program: two gradients of one tape, and only the second loss ignores its regularizers
import numpy as np, tensorflow as tf, keras
from keras import layers

def part(name): return keras.Sequential([keras.Input((4,)), layers.Dense(1, kernel_regularizer="l2", name=name)])
actor, critic = part("acts"), part("judges")
one, two = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)

@tf.function
def learn(x):
    with tf.GradientTape(persistent=True) as tape:
        gain = tf.reduce_mean(actor(x, training=True) ** 2)  # finds: LT506 acts
        error = tf.reduce_mean((critic(x, training=True) - 1) ** 2) + sum(critic.losses)
    gains = tape.gradient(gain, actor.trainable_variables)
    errors = tape.gradient(error, critic.trainable_variables)
    one.apply_gradients(zip(gains, actor.trainable_variables))
    two.apply_gradients(zip(errors, critic.trainable_variables))

for _ in range(3): learn(tf.ones((4, 4)))
