# A model is read from a checkpoint under another keyword than it was written with, and keeps its new weights.
# After https://github.com/tensorflow/tensorflow/issues/33150
import os
import tempfile
import numpy as np
import tensorflow as tf
import keras
from keras import layers

path = os.path.join(tempfile.mkdtemp(), "best")
x = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def network(name):
    return keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], name=name)


old, new = network("old"), network("new")
saved = tf.train.Checkpoint(model=old).write(path)
reader = tf.train.Checkpoint(network=new)  # finds: LT621 new
reader.read(saved).expect_partial()
print("restored:", np.allclose(old(x), new(x)))
