# The student gets the gradients of the teacher, which never change a thing in the teacher.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def network(name):
    return keras.Sequential([keras.Input((5,)), layers.Dense(7, "tanh"), layers.Dense(2)], name=name)

keras.utils.set_random_seed(6)
teacher, student = network("teacher"), network("student")
opt = keras.optimizers.SGD(0.1)
x = np.random.default_rng(6).normal(size=(32, 5)).astype("float32")
for _ in range(4):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(teacher(x) - student(x, training=True)))
    slopes = tape.gradient(loss, teacher.trainable_variables)
    opt.apply(slopes, student.trainable_variables)  # finds: LT528 student
