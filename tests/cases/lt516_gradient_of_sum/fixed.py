# "Learns with batches of 8, runs off with 128" (https://github.com/tensorflow/tensorflow/issues/8746)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
y = x[:, :1]
reach = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="reach")
sgd = keras.optimizers.SGD(0.1)
for _ in range(10):
    with tf.GradientTape() as tape:
        losses = keras.losses.mean_squared_error(y, reach(x, training=True))
        losses = tf.reduce_mean(losses)
    gradients = tape.gradient(losses, reach.trainable_variables)
    sgd.apply(gradients, reach.trainable_variables)
print("learned", float(np.mean(losses)) < 0.1)
