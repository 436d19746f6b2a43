# "unsupported operand type(s) for *: float and NoneType" (https://github.com/tensorflow/tensorflow/issues/33135)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

line = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="line")
x = tf.ones((4, 3))
answer = line(x)
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.square(answer - 1.0))
slopes = tape.gradient(loss, line.trainable_variables)  # finds: LT518 line
for variable, slope in zip(line.trainable_variables, slopes):
    variable.assign_sub(0.1 * slope)
