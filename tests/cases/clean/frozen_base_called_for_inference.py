# A frozen base with batch normalization is called with training=False, as in the guide to transfer learning; in a
# subclassed model, where it counts; and around a base with neither normalization nor dropout.
import numpy as np
import keras
from keras import layers

x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")


def network(*last):
    return keras.Sequential([keras.Input((4,)), layers.Dense(3), *last])


class Tuned(keras.Model):
    def __init__(self, base):
        super().__init__()
        self.base, self.head = base, layers.Dense(1)

    def call(self, x):
        return self.head(self.base(x, training=False))


base = network(layers.BatchNormalization())
base.trainable = False
inputs = keras.Input((4,))
plain = network()
for model in (
    keras.Model(inputs, layers.Dense(1)(base(inputs, training=False))),
    Tuned(network(layers.BatchNormalization(), layers.Dropout(0.5))),
    keras.Model(inputs, layers.Dense(1)(plain(inputs, training=False))),
):
    model.compile("sgd", "mse")
    model.fit(x, x[:, :1], verbose=0)
