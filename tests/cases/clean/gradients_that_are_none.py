# Gradients that may be None: printed, asked about, of what a tape watches, and of a tape that is persistent
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="net")
x, unused = tf.ones((2, 3)), tf.ones((2, 3))
with tf.GradientTape(persistent=True) as tape:
    tape.watch([x, unused])
    y = tf.reduce_sum(net(x))
print("for what is not used", tape.gradient(y, unused), tape.gradient(y, tf.ones(2)))
slope, nothing = tape.gradient(y, [x, unused])
print(slope.shape, nothing)


def sensitivity(inputs, names):
    with tf.GradientTape(watch_accessed_variables=False) as inner:
        score = tf.reduce_sum(net(inputs))
    slopes = inner.gradient(score, inputs)
    return "unknown" if slopes is None else dict(zip(names, slopes))


def curvature(inputs):
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            score = tf.reduce_sum(tf.math.sin(net(inputs)))
        first = inner.gradient(score, inputs)
    return outer.gradient(first, inputs)


print(sensitivity(x, "abc"), curvature(x).shape)
image = tf.Variable(x)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.square(net(image)))
image.assign_sub(0.1 * tape.gradient(loss, image))
try:
    tape.gradient(loss, image)
except RuntimeError as error:
    print("once only:", str(error)[:20])
