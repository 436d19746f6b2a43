# The autoencoder computes its loss in test_step, too
import keras
import numpy as np
import tensorflow as tf


class Autoencoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, _ = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(x, training=True) - x))
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        return {"loss": loss}

    def test_step(self, data):
        x, _ = data
        return {"loss": tf.reduce_mean(tf.square(self(x, training=False) - x))}


x = np.ones((8, 3), "float32")
autoencoder = Autoencoder(name="autoencoder")
autoencoder.compile("sgd")
history = autoencoder.fit(x, x, validation_data=(x, x), verbose=0).history
print("measured:", sorted(history))
