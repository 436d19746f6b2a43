# The same with the blocks of the backbone in a list, in eager mode.
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Stack(keras.Model):
    def __init__(self):
        super().__init__(name="stack")
        self.dense = layers.Dense(3)
        self.norm = layers.BatchNormalization(name="stack_norm")

    def call(self, x, training=False):
        return self.norm(self.dense(x), training=training)


class Tuned(keras.Model):
    def __init__(self):
        super().__init__(name="tuned")
        self.blocks = [Stack()]
        self.out = layers.Dense(1)

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x, training=training)  # finds: LT543 stack_norm
        return self.out(x)


tuned, optimizer = Tuned(), keras.optimizers.SGD(0.1)
x = tf.ones((4, 3))
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tuned(x, training=True) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, tuned.out.trainable_weights), tuned.out.trainable_weights))
