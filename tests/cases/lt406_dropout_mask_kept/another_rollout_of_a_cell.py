import numpy as np
import tensorflow as tf
import keras
from keras import layers

cell = layers.GRUCell(4, dropout=0.5, name="cell")
head = layers.Dense(1)
opt = keras.optimizers.Adam(0.01)


def rollout(x):
    state = [tf.zeros((x.shape[0], 4))]
    for t in range(x.shape[1]):
        out, state = cell(x[:, t], state, training=True)  # finds: LT406 cell
    return head(out)


x = tf.random.normal((8, 5, 3))
for step in range(4):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((rollout(x) - 1.0) ** 2)
    weights = cell.trainable_weights + head.trainable_weights
    opt.apply(tape.gradient(loss, weights), weights)
print(float(loss))
