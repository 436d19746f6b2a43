# "Attack in a tf.function: None values not supported" (https://github.com/tensorflow/tensorflow/issues/36596)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Attack:
    def __init__(self, victim):
        self.victim = victim
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def __call__(self, x, y):
        with tf.GradientTape() as t:
            loss = self.loss(y, self.victim(x, training=False))
        (slope,) = t.gradient(loss, [x])  # finds: LT518 -
        return x + 0.1 * tf.sign(slope)


victim = keras.Sequential([keras.Input((5,)), layers.Dense(3)], name="victim")
print(Attack(victim)(tf.ones((2, 5)), tf.constant([0, 1])).shape)
