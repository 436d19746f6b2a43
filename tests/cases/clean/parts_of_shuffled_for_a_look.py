# Clean: a look at a part of a shuffled dataset, parts that a cache keeps, one part of it that a loop trains on, and one to print
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


mixed = rows.shuffle(24)
fixed = rows.shuffle(24).cache()
few, rest = mixed.skip(12).batch(4), mixed.take(1)
train, held = fixed.skip(8).batch(4), fixed.take(8).batch(4)
print(next(iter(rest)))
for epoch in range(2):
    for x in few:
        learn(x)
    for x in train:
        learn(x)
    print([float(tf.reduce_mean((net(x) - x) ** 2)) for x in held])

looked = rows.shuffle(24).batch(4)
for epoch in range(2):
    for x in looked.take(1):
        print(x.shape)
    for x in looked.skip(1):
        learn(x)
