# Another program with LT561: a loop of its own: https://github.com/tensorflow/tensorflow/issues/59279
"""A split into training and validation, for a loop of one's own."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def load():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 6)).astype("float32")
    y = (x[:, :1] ** 2 > 0.5).astype("float32")
    return tf.data.Dataset.from_tensor_slices({"x": x, "y": y})


def partition(rows, held):
    mixed = rows.shuffle(120, seed=5)  # finds: LT561 -
    return mixed.skip(held).batch(20), mixed.take(held).batch(20)


net = keras.Sequential([layers.Dense(24, activation="relu"), layers.Dense(1)])
optimizer = keras.optimizers.Adam(1e-2)
loss_of = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def learn(batch):
    with tf.GradientTape() as tape:
        loss = loss_of(batch["y"], net(batch["x"], training=True))
    gradients = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(gradients, net.trainable_variables))
    return loss


train, valid = partition(load(), 40)
for epoch in range(3):
    for batch in train:
        learn(batch)
    losses = [float(loss_of(batch["y"], net(batch["x"], training=False))) for batch in valid]
    print(epoch, np.mean(losses))
