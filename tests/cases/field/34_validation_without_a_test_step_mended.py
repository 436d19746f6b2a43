# SOURCE: https://github.com/keras-team/keras-io/issues/509
# MENDED: twin of 34_validation_without_a_test_step.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops


class Denoiser(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.squeeze = layers.Dense(3, activation="relu")
        self.expand = layers.Dense(8)
        self.noise = layers.GaussianNoise(0.1, seed=1)
        self.error = keras.metrics.Mean(name="error")

    def call(self, x, training=None):
        return self.expand(self.squeeze(self.noise(x, training=training)))

    def train_step(self, x):
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(self(x, training=True) - x))
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        self.error.update_state(loss)
        return {"error": self.error.result()}

    def test_step(self, x):
        self.error.update_state(ops.mean(ops.square(self(x, training=False) - x)))
        return {"error": self.error.result()}


keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(80, 8)).astype("float32")
denoiser = Denoiser(name="denoiser")
denoiser.compile(optimizer=keras.optimizers.Adam(0.01))
history = denoiser.fit(tf.data.Dataset.from_tensor_slices(x[:64]).batch(16), epochs=2, verbose=0, shuffle=False,
                       validation_data=tf.data.Dataset.from_tensor_slices(x[64:]).batch(16))
print("validation errors", [round(v, 3) for v in history.history["val_error"]])
