# The same in a training loop of one's own, with the table inside a nested model.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

table = layers.Embedding(6, 3, name="table")
table.trainable = False
encoder = keras.Sequential([keras.Input((3,), dtype="int32"), table, layers.Flatten(), layers.Dense(2)], name="encoder")
model = keras.Sequential([keras.Input((3,), dtype="int32"), encoder, layers.Dense(1, name="head")], name="model")
ids, y = tf.constant(np.arange(12).reshape(4, 3) % 6), tf.ones((4, 1))


def step(optimizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(ids, training=True) - y) ** 2)
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))


encoder.trainable = False
step(keras.optimizers.SGD(0.1))
encoder.trainable = True  # finds: LT541 table
step(keras.optimizers.SGD(0.1))
