# LT561 in another program: an eager loop trains on what another validates with in other epochs
import keras
import numpy as np
import tensorflow as tf

rows = tf.data.Dataset.from_tensor_slices(np.random.default_rng(0).normal(size=(24, 3)).astype("float32"))
net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
optimizer = keras.optimizers.SGD(0.1)


def error(x):
    return tf.reduce_mean((net(x) - x) ** 2)


def learn(x):
    with tf.GradientTape() as tape:
        loss = error(x)
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))


mixed = rows.shuffle(24)  # finds: LT561 -
for epoch in range(2):
    for x in mixed.skip(8).batch(4):
        learn(x)
    print(epoch, np.mean([error(x) for x in mixed.take(8).batch(4)]))
