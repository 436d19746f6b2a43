# A train step updates only the head, and the normalization of the encoder goes on averaging.
# After https://github.com/keras-team/keras/issues/6570
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Probe(keras.Model):
    def __init__(self, encoder):
        super().__init__(name="probe")
        self.encoder = encoder
        self.top = layers.Dense(1, name="top")

    def call(self, x, training=None):
        return self.top(self.encoder(x, training=training))  # finds: LT543 enc_norm

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.top.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.top.trainable_variables))
        return {"loss": loss}


encoder = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(name="enc_norm")], name="encoder")
x = np.random.default_rng(0).normal(5.0, 2.0, size=(16, 4)).astype("float32")
before = encoder.predict(x, verbose=0)
probe = Probe(encoder)
probe.compile("sgd", "mse")
probe.fit(x, x[:, :1], verbose=0)
print("same features:", np.allclose(encoder.predict(x, verbose=0), before))
