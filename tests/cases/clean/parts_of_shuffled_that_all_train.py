# Clean: a warm-up on some of a shuffled dataset, then all other batches; both train, in a function and eagerly
import keras
import numpy as np
import tensorflow as tf

rows = tf.data.Dataset.from_tensor_slices(np.random.default_rng(0).normal(size=(24, 3)).astype("float32"))
net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
optimizer = keras.optimizers.SGD(0.1)


def learn(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(x, training=True) - x) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))


for step in (tf.function(learn), learn):
    mixed = rows.shuffle(24).batch(4)
    for epoch in range(2):
        for x in mixed.take(3):
            step(x)
    for epoch in range(2):
        for x in mixed.skip(3):
            step(x)
