# LT306 in another program: own blocks in a list, and a compiled step
# (the `training=False` of the first block becomes Keras's default for all calls after it)
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.norm = layers.Dense(units), layers.BatchNormalization()

    def build(self, shape):
        self.dense.build(shape)
        self.norm.build((*shape[:-1], self.dense.units))

    def call(self, x, training=False):
        return self.norm(self.dense(x), training=training)

class Stack(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [Block(4, name=f"block_{n}") for n in range(2)]

    def build(self, shape):
        for block in self.blocks:
            block.build(shape)
            shape = (*shape[:-1], 4)

    def call(self, x):
        for block in self.blocks:
            x = block.call(x)  # finds: LT306 block_0
        return x

stack, optimizer = Stack(name="stack"), keras.optimizers.SGD(0.1)
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(stack(x, training=True) - 1.0))
    variables = stack.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss
step(tf.ones((3, 4)))
