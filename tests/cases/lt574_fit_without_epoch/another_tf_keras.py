# A training that goes on with a dataset, and counts only the epochs that are left
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, tf_keras

x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, x.sum(axis=1))).batch(16)
prices = tf_keras.Sequential([tf_keras.layers.Input((4,)), tf_keras.layers.Dense(1)], name="prices")
prices.compile("adam", "mse")


def train(done, more):
    return prices.fit(data, initial_epoch=done, epochs=more, verbose=0)  # finds: LT574 prices


train(0, 10)
history = train(10, 4)
print("it was trained again:", len(history.epoch) > 0)
