# SOURCE: https://github.com/keras-team/keras-io/pull/1693
# MENDED: twin of 19_latent_noise_from_numpy.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops


class GAN(keras.Model):
    def __init__(self, latent, **kwargs):
        super().__init__(**kwargs)
        self.latent = latent
        self.generator = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(3)], name="generator")
        self.critic = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)], name="critic")
        self.g_optimizer = keras.optimizers.Adam(0.01)
        self.c_optimizer = keras.optimizers.Adam(0.01)
        self.seeds = keras.random.SeedGenerator(3)
        self.height = keras.metrics.Sum(name="latent_sum")

    def call(self, z):
        return self.critic(self.generator(z))

    def train_step(self, real):
        z = keras.random.normal((16, self.latent), seed=self.seeds)
        with tf.GradientTape() as c_tape, tf.GradientTape() as g_tape:
            on_real, on_fake = self.critic(real), self.critic(self.generator(z))
            c_loss = ops.mean(on_fake) - ops.mean(on_real) + 0.1 * ops.mean(on_real ** 2 + on_fake ** 2)
            g_loss = -ops.mean(on_fake)
        weights = self.critic.trainable_weights
        self.c_optimizer.apply(c_tape.gradient(c_loss, weights), weights)
        weights = self.generator.trainable_weights
        self.g_optimizer.apply(g_tape.gradient(g_loss, weights), weights)
        self.height.update_state(z)
        return {"latent_sum": self.height.result()}


keras.utils.set_random_seed(0)
real = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
gan = GAN(2, name="gan")
gan.compile()
gan(np.zeros((16, 2), "float32"))
history = gan.fit(real, batch_size=16, epochs=2, verbose=0)
one, two = history.history["latent_sum"]
print("sum of the latents per epoch %.4f and %.4f, difference %.4f" % (one, two, abs(one - two)))
