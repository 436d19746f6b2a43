# LT202 in another program
import numpy as np, tensorflow as tf, keras

@tf.function
def discounted(rewards, factor=0.5):
    total = tf.constant(0.0)
    for reward in rewards: total = total * factor + reward
    return total
for episode in range(5):
    discounted([0.1 * episode, 0.2 * episode, 1.0])  # finds: LT202 -
