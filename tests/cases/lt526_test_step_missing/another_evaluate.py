# A GAN-like model is evaluated after its training; the step is inherited from a class of the program
import keras
import numpy as np
import tensorflow as tf


class OwnStep(keras.Model):
    def train_step(self, data):  # finds: LT526 net
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(self(x, training=True) - y))
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        return {"loss": loss}


inputs = keras.Input((2,))
net = OwnStep(inputs, keras.layers.Dense(1)(inputs), name="net")
net.compile("adam")
net.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
net.evaluate(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
