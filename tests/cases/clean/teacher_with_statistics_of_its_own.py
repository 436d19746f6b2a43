# A key encoder is moved by the query encoder and keeps statistics of its own, in training mode; a target copies
# all weights; a model that was never trained is compared with one that was.
import numpy as np
import tensorflow as tf
import keras
from keras import layers


def encoder(name):
    return keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(2)], name=name)


class Contrast(keras.Model):
    def __init__(self):
        super().__init__(name="contrast")
        self.query, self.key = encoder("query"), encoder("key")

    def call(self, x, training=False):
        return self.query(x, training=training), tf.stop_gradient(self.key(x, training=training))

    def train_step(self, data):
        x, _ = data
        with tf.GradientTape() as tape:
            query, key = self(x, training=True)
            loss = tf.reduce_mean((query - key) ** 2)
        variables = self.query.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        for mine, its in zip(self.key.trainable_variables, self.query.trainable_variables):
            mine.assign(0.9 * mine + 0.1 * its)
        return {"loss": loss}


x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
contrast = Contrast()
contrast.compile("sgd")
contrast.fit(x, x, verbose=0)
contrast.predict(x, verbose=0)

online, target = encoder("online"), encoder("target")
online.compile("sgd", "mse")
online.fit(x, x[:, :2], verbose=0)
target.set_weights(online.get_weights())
target.predict(x, verbose=0)
