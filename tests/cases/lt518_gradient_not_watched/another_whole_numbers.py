# "The gradient for an image of type uint8 is None" (https://github.com/tensorflow/tensorflow/issues/33135)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

eye = keras.Sequential([keras.Input((4,)), layers.Rescaling(1 / 255), layers.Dense(2)], name="eye")
picture = tf.constant(np.full((1, 4), 200, "uint8"))
with tf.GradientTape() as tape:
    tape.watch(picture)
    score = tf.reduce_sum(eye(picture))
heat = tape.gradient(score, picture)  # finds: LT518 -
print(tf.reduce_max(heat))
