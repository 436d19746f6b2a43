# LT536 in another program: TensorFlow's crossentropy with logits, in a compiled step
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(2)], name="net")
optimizer = keras.optimizers.Adam()

@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        outputs = net(x, training=True)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(outputs, y)  # finds: LT536 net
        loss = tf.reduce_mean(losses)
    weights = net.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)

step(tf.random.uniform((8, 3)), tf.one_hot(tf.range(8) % 2, 2))
