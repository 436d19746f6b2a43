# SOURCE: https://github.com/keras-team/keras/issues/8657
# MENDED: twin of 32_running_mean_bound_anew.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Centring(layers.Layer):
    def __init__(self, width, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.mean = self.add_weight(shape=(width,), initializer="zeros", trainable=False, name="mean")

    def call(self, x, training=False):
        if training:
            batch = ops.mean(x, axis=0)
            self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * batch)
        return x - self.mean


inp = keras.Input((2,))
centring = Centring(2, name="centring")
model = keras.Model(inp, layers.Dense(1)(centring(inp)), name="model")
model.compile(optimizer="adam", loss="mse")
x = np.random.default_rng(0).normal(loc=7.0, size=(64, 2)).astype("float32")
model.fit(x, x[:, :1], epochs=2, batch_size=16, verbose=0)
print("mean after fit", ops.convert_to_numpy(centring.mean).round(2))
print("centred", ops.convert_to_numpy(centring(x)).mean().round(2))
