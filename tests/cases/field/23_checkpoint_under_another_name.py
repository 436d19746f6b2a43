# SOURCE: https://github.com/tensorflow/tensorflow/issues/33150
# SYMPTOM: restore returns as if all was well, and the restored network answers like a new one
# CULPRIT: student
# LINE: 32
# FIX: the same keyword in both: tf.train.Checkpoint(model=student); and .assert_existing_objects_matched() after restore
# OUTCOME: silent
# IDEAL: student was to be restored from a checkpoint that has it under "model", and was given under "net": 0 of its 4 weights were read.
import os
import tempfile
import numpy as np
import tensorflow as tf
import keras
from keras import layers


def make(name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="tanh"), layers.Dense(2)], name=name)


def train(folder):
    model = make("teacher")
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    x = np.random.default_rng(0).normal(size=(48, 4)).astype("float32")
    model.fit(x, x[:, :2], epochs=3, verbose=0)
    path = tf.train.Checkpoint(model=model).write(os.path.join(folder, "run-3"))
    return path, x, model.predict(x, verbose=0)


keras.utils.set_random_seed(0)
path, x, expected = train(tempfile.mkdtemp())
student = make("student")
checkpoint = tf.train.Checkpoint(net=student)
checkpoint.restore(path).expect_partial()
difference = np.abs(student.predict(x, verbose=0) - expected).max()
print("the restored answers differ by", round(float(difference), 4))
