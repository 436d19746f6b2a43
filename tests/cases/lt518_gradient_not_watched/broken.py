# "The gradient of the score with respect to the picture is None" (https://github.com/tensorflow/tensorflow/issues/36596)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

judge = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3)], name="judge")


def importance(pictures):
    batch = tf.convert_to_tensor(pictures)
    with tf.GradientTape() as tape:
        best = tf.reduce_max(judge(batch), axis=-1)
    slopes = tape.gradient(best, batch)  # finds: LT518 -
    return tf.reduce_sum(tf.abs(slopes), axis=-1)


print("importance of", importance(np.ones((2, 4, 4, 1), "float32")).shape)
