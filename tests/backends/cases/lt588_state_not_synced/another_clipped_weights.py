"""A callback clips the weights of a critic after each batch; they have no values to read.

The last line of the error is "TypeError: 'NoneType' object is not callable".
"""

import keras
import numpy as np
from keras import ops

keras.utils.set_random_seed(0)


class Clip(keras.callbacks.Callback):
    def __init__(self, layers, most):
        super().__init__()
        self.layers, self.most = layers, most

    def on_train_batch_end(self, batch, logs=None):
        for layer in self.layers:
            kernel = ops.clip(layer.kernel, -self.most, self.most)  # finds: LT588
            layer.kernel.assign(kernel)


x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
layers = [keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
critic = keras.Sequential([keras.Input((4,)), *layers], name="critic")
critic.compile("adam", "mse")
critic.fit(x, x[:, :1], batch_size=8, verbose=0, callbacks=[Clip(layers, 0.01)])
assert all(float(ops.max(ops.abs(layer.kernel))) < 0.0101 for layer in layers)
