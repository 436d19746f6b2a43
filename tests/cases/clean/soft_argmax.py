# Clean: the class with the largest probability, by a steep softmax that has a gradient
import keras
import numpy as np
import tensorflow as tf
from keras import layers

x = np.random.default_rng(0).random((8, 4)).astype("float32")
places = tf.range(4, dtype="float32")
multiplied = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="softmax")])
divided = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="softmax")])
optimizer = keras.optimizers.SGD(0.01)


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        steep = tf.nn.softmax(multiplied(x, training=True) * 200.0)
        cold = tf.nn.softmax(divided(x, training=True) / 0.01)
        at = tf.reduce_sum((steep + cold) * places, axis=-1)
        loss = tf.reduce_mean((at - 1.0) ** 2)
    variables = multiplied.trainable_variables + divided.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


print(step(x), step(x))
