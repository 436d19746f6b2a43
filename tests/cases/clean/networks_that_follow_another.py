# Not LT501: a network that no optimizer trains follows another one, or is trained by another step.
import tensorflow as tf, keras
from keras import layers

def network(): return keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(3)])
fast, slow, adam = network(), network(), keras.optimizers.Adam()
slow.set_weights(fast.get_weights())

@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((fast(x, training=True) - slow(x, training=True)) ** 2)
    adam.apply_gradients(zip(tape.gradient(loss, fast.trainable_variables), fast.trainable_variables))
    for follower, leader in zip(slow.variables, fast.variables): follower.assign(0.9 * follower + 0.1 * leader)
for _ in range(2): step(tf.ones((4, 3)))
