# Clean: two parts are trained alternately by an optimizer that always receives all weights
import numpy as np, tensorflow as tf, keras
from keras import layers

first, second = layers.Dense(1), layers.Dense(1)
for part in (first, second): part.build((None, 2))
weights = first.trainable_variables + second.trainable_variables
optimizer = keras.optimizers.SGD(); optimizer.build(weights)
for turn in range(4):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((first if turn % 2 else second)(tf.ones((3, 2))) ** 2)
    optimizer.apply(tape.gradient(loss, weights), weights)
