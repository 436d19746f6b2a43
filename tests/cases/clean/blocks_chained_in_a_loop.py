# The twin of lt315_output_unused/another_blocks_in_a_loop.py without the mistake.
"""A stack of residual blocks; forward() loops over them."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


class Mixer(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.inner = layers.Dense(width, activation="gelu")

    def build(self, shape):
        self.norm.build(shape)
        self.inner.build(shape)

    def call(self, x):
        return x + self.inner(self.norm(x))


class Stack(keras.Model):
    def __init__(self, depth, width, **kwargs):
        super().__init__(**kwargs)
        self.lift = layers.Dense(width)
        self.blocks = [Mixer(width, name=f"mix_{i}") for i in range(depth)]
        self.out = layers.Dense(1)

    def call(self, inputs):
        x = self.lift(inputs)
        for block in self.blocks:
            y = x = block(x)
        return self.out(y)


model = Stack(3, 8, name="stack")
optimizer = keras.optimizers.Adam(1e-2)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
    weights = [w for w in model.trainable_variables]
    gradients = tape.gradient(loss, weights)
    optimizer.apply_gradients([(g, w) for g, w in zip(gradients, weights) if g is not None])
    return loss


rng = np.random.default_rng(0)
x = tf.constant(rng.normal(size=(64, 5)).astype("float32"))
y = tf.reduce_sum(x, axis=1, keepdims=True)
for _ in range(5):
    loss = step(x, y)
print("loss", float(loss))
