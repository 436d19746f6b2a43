# SOURCE: https://github.com/tensorflow/tensorflow/issues/8746
# SYMPTOM: one's own loop with the rate that works in fit: with batches of 8 it learns, with batches of 128 the loss runs off
# CULPRIT: reach
# LINE: 25
# FIX: tf.reduce_mean of the losses before tape.gradient
# OUTCOME: silent
# IDEAL: the tape was asked for the gradient of a loss of shape (128,), which is the gradient of its sum: the steps of reach are 128 times as large as with the mean.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(256, 4)).astype("float32")
y = (x @ np.array([[1.0], [2.0], [-1.0], [0.5]], "float32")).astype("float32")
reach = keras.Sequential([keras.Input((4,)), layers.Dense(1, name="line")], name="reach")
optimizer = keras.optimizers.SGD(0.1)


@tf.function
def update(x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.mean_squared_error(y, reach(x, training=True))
    grads = tape.gradient(losses, reach.trainable_variables)
    optimizer.apply_gradients(zip(grads, reach.trainable_variables))
    return tf.reduce_mean(losses)


seen = []
for epoch in range(4):
    for batch in tf.data.Dataset.from_tensor_slices((x, y)).batch(128):
        seen.append(float(update(*batch)))
print("first loss %.3f, last loss %.3g" % (seen[0], seen[-1]))
