# A folder that is written as a string, and a restore on the line of its `if`.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

x = np.ones((2, 3), "float32")


def network(name):
    return keras.Sequential([keras.Input((3,)), layers.Dense(1)], name=name)


def resume(net, folder):
    if folder: tf.train.Checkpoint(net=net).restore(tf.train.latest_checkpoint(folder))  # finds: LT621 second


first, second = network("first"), network("second")
tf.train.Checkpoint(net=first).restore(tf.train.latest_checkpoint("none here"))  # finds: LT621 first
resume(second, "none here")
print(first(x) + second(x))
