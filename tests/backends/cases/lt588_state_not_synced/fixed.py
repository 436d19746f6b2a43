"""Callbacks reach the variables through `self.model`, which brings the values back, or between epochs."""

import keras
import numpy as np
from keras import ops

keras.utils.set_random_seed(0)


class Clip(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        for layer in self.model.layers:
            layer.kernel.assign(ops.clip(layer.kernel, -0.01, 0.01))


class Decay(keras.callbacks.Callback):
    def __init__(self, optimizer):
        super().__init__()
        self.optimizer = optimizer

    def on_epoch_begin(self, epoch, logs=None):
        self.optimizer.learning_rate = 1e-3 / (epoch + 1)

    def on_epoch_end(self, epoch, logs=None):
        self.optimizer.learning_rate = self.optimizer.learning_rate * 0.5


x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
layers = [keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
critic = keras.Sequential([keras.Input((4,)), *layers], name="critic")
optimizer = keras.optimizers.Adam(1e-3)
critic.compile(optimizer, "mse")


def halve(batch, logs=None):
    critic.jax_state_sync()
    optimizer.learning_rate = optimizer.learning_rate * 0.999


halving = keras.callbacks.LambdaCallback(on_train_batch_end=halve)
critic.fit(
    x, x[:, :1], batch_size=8, epochs=2, verbose=0, validation_split=0.25,
    callbacks=[Clip(), Decay(optimizer), halving, keras.callbacks.ReduceLROnPlateau("loss", patience=0)],
)  # fmt: skip
assert all(float(ops.max(ops.abs(layer.kernel))) < 0.0101 for layer in layers)
critic.set_weights([weight * 0 for weight in critic.get_weights()])
critic.train_on_batch(x, x[:, :1])
optimizer.learning_rate = 0.1
critic.predict(x, verbose=0)
