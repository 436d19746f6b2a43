"""A callback raises the weight of a penalty after each batch, and the weight stays 0.

https://github.com/keras-team/keras/issues/19054
"""

import keras
import numpy as np
from keras import ops

keras.utils.set_random_seed(0)


class Penalty(keras.layers.Layer):
    def build(self, input_shape):
        self.strength = self.add_weight(shape=(), initializer="zeros", trainable=False, name="strength")

    def call(self, codes):
        self.add_loss(self.strength * ops.mean(ops.square(codes)))
        return codes


class Anneal(keras.callbacks.Callback):
    def __init__(self, layer, steps):
        super().__init__()
        self.layer, self.steps, self.step = layer, steps, 0

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        self.layer.strength.assign(min(1.0, self.step / self.steps))  # finds: LT588 penalty


penalty = Penalty(name="penalty")
x = np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
coder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3), penalty, keras.layers.Dense(6)], name="coder")
coder.compile("adam", "mse")
coder.fit(x, x, batch_size=8, epochs=2, verbose=0, callbacks=[Anneal(penalty, 10)])
assert float(penalty.strength) == 1.0, float(penalty.strength)
