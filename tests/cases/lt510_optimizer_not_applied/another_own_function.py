# LT510 in another program: a tf.function of one's own that counts in a global
import numpy as np, tensorflow as tf, keras
from keras import layers

net, optimizer, batches = keras.Sequential([keras.Input((3,)), layers.Dense(1)]), keras.optimizers.SGD(0.1), 0
@tf.function
def learn(x, y):
    global batches
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(x, training=True) - y) ** 2)
    gradients = tape.gradient(loss, net.trainable_variables)
    batches += 1  # finds: LT510 -
    if batches % 2 == 0:
        optimizer.apply_gradients(zip(gradients, net.trainable_variables))
    return loss
for _ in range(6): learn(tf.ones((2, 3)), tf.ones((2, 1)))
