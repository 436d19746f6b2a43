# Not LT517: each network is trained in a step of its own, and both run in training mode in each.
import tensorflow as tf, keras
from keras import layers

draw = keras.Sequential([keras.Input((2,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(3)], name="draw")
judge = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)], name="judge")
one, two = keras.optimizers.Adam(), keras.optimizers.Adam()

@tf.function
def steps(noise, real):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(judge(draw(noise, training=True), training=True)) - tf.reduce_mean(judge(real, training=True))
    two.apply_gradients(zip(tape.gradient(loss, judge.trainable_variables), judge.trainable_variables))
    with tf.GradientTape() as tape: loss = -tf.reduce_mean(judge(draw(noise, training=True), training=True))
    one.apply_gradients(zip(tape.gradient(loss, draw.trainable_variables), draw.trainable_variables))
for _ in range(2): steps(tf.ones((4, 2)), tf.ones((4, 3)))
