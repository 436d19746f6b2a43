# SOURCE: https://github.com/tensorflow/tensorflow/issues/31265
# MENDED: twin of 36_one_tape_for_two_nets.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Pair:
    """Encoder and decoder with a learning rate each."""

    def __init__(self):
        self.encoder = keras.Sequential([keras.Input((6,)), layers.Dense(2)], name="encoder")
        self.decoder = keras.Sequential([keras.Input((2,)), layers.Dense(6)], name="decoder")
        self.slow, self.fast = keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.1)

    @tf.function
    def step(self, x):
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean(tf.square(self.decoder(self.encoder(x)) - x))
        for net, optimizer in ((self.encoder, self.slow), (self.decoder, self.fast)):
            grads = tape.gradient(loss, net.trainable_weights)
            optimizer.apply_gradients(zip(grads, net.trainable_weights))
        return loss


pair = Pair()
data = tf.data.Dataset.from_tensor_slices(np.random.default_rng(0).normal(size=(48, 6)).astype("float32")).batch(16)
losses = [float(pair.step(batch)) for _ in range(3) for batch in data]
print("loss from %.3f to %.3f" % (losses[0], losses[-1]))
