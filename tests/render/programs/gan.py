import keras
import numpy as np
import tensorflow as tf
from keras import layers

generator = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(16),
], name="generator")
discriminator = keras.Sequential([
    keras.Input((16,)),
    layers.Dense(32, activation="leaky_relu"),
    layers.Dropout(0.2),
    layers.Dense(1),
], name="discriminator")


class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def compile(self):
        super().compile()
        self.g_opt, self.d_opt = keras.optimizers.Adam(), keras.optimizers.Adam()
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, real):
        noise = tf.random.normal((tf.shape(real)[0], 8))
        with tf.GradientTape() as tape:
            fake = self.generator(noise, training=True)
            logits = self.discriminator(tf.concat([real, fake], 0), training=True)
            labels = tf.concat([tf.ones((tf.shape(real)[0], 1)), tf.zeros((tf.shape(real)[0], 1))], 0)
            d_loss = self.loss_fn(labels, logits)
        self.d_opt.apply(tape.gradient(d_loss, self.discriminator.trainable_variables), self.discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            logits = self.discriminator(self.generator(noise, training=True), training=True)
            g_loss = self.loss_fn(tf.ones_like(logits), logits)
        self.g_opt.apply(tape.gradient(g_loss, self.generator.trainable_variables), self.generator.trainable_variables)
        return {"d": d_loss, "g": g_loss}


gan = Gan()
gan.compile()
gan.fit(np.random.rand(160, 16).astype("float32"), batch_size=32, epochs=2, verbose=0)
