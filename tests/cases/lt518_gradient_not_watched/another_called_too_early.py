# "I watch the tensor and its gradient is None" (https://github.com/tensorflow/tensorflow/issues/36596)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

critic = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="critic")
mixed = tf.random.normal((4, 3))
answer = critic(mixed)
with tf.GradientTape() as tape:
    tape.watch(mixed)
    answer = tf.reduce_sum(answer)
slope = tape.gradient(answer, mixed)  # finds: LT518 -
penalty = tf.reduce_mean(tf.square(tf.norm(slope, axis=-1) - 1.0))
print(float(penalty))
