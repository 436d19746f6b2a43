# SOURCE: https://github.com/keras-team/keras-io/issues/48
# MENDED: twin of 04_metrics_property_forgets_one.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class VAE(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder = keras.Sequential([layers.Dense(4)], name="encoder")
        self.decoder = keras.Sequential([layers.Dense(5)], name="decoder")
        self.total_tracker = keras.metrics.Mean(name="total")
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.seeds = keras.random.SeedGenerator(5)

    @property
    def metrics(self):
        return [self.total_tracker, self.kl_tracker]

    def call(self, x):
        mean, log_var = ops.split(self.encoder(x), 2, axis=-1)
        z = mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.seeds)
        kl = -0.5 * ops.mean(1 + log_var - ops.square(mean) - ops.exp(log_var))
        return self.decoder(z), kl

    def train_step(self, x):
        with tf.GradientTape() as tape:
            restored, kl = self(x, training=True)
            total = ops.mean(ops.square(x - restored)) + kl
        self.optimizer.apply(tape.gradient(total, self.trainable_variables), self.trainable_variables)
        self.total_tracker.update_state(total)
        self.kl_tracker.update_state(kl)
        return {"total": self.total_tracker.result(), "kl": self.kl_tracker.result()}


x = np.random.default_rng(0).normal(scale=3.0, size=(64, 5)).astype("float32")
vae = VAE(name="vae")
vae.compile(optimizer=keras.optimizers.Adam(0.05))
history = vae.fit(x, epochs=3, batch_size=16, verbose=0)
print("batches in the last epoch: 4, batches in kl:", int(vae.kl_tracker.count),
      [round(v, 3) for v in history.history["kl"]])
