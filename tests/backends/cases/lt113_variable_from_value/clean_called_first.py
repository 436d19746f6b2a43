"""Models with such variables are called first, functional, or built by a call that Keras tries out."""

import keras
import numpy as np
from keras import ops


class Positions(keras.layers.Layer):
    def build(self, input_shape):
        table = ops.arange(input_shape[-2], dtype="float32")
        self.table = keras.Variable(table[:, None], trainable=False, name="table")

    def call(self, x):
        return x + self.table


class Net(keras.Model):
    def __init__(self, name):
        super().__init__(name=name)
        self.positions = Positions()
        self.states_kept = keras.layers.SimpleRNN(2, stateful=True)
        self.out = keras.layers.Dense(1)

    def call(self, x):
        return self.out(self.states_kept(self.positions(x)))


x, y = np.ones((8, 5, 3), "float32"), np.ones((8, 1), "float32")
called = Net("called")
called(x[:4])
inputs = keras.Input(batch_shape=(4, 5, 3))
kept = keras.layers.SimpleRNN(2, stateful=True)(Positions()(inputs))
functional = keras.Model(inputs, keras.layers.Dense(1)(kept))
inside = Net("inside")
inside(x[:4])
around = keras.Model(inputs, inside(inputs))
for net in (called, functional, around):
    net.compile("sgd", "mse")
    net.fit(x, y, batch_size=4, shuffle=False, verbose=0)
refused = Net("refused")
refused.compile(loss="mse")
try:
    refused.evaluate(x, y, batch_size=4, verbose=0)
except ValueError:
    refused(x[:4])
refused.predict(x, batch_size=4, verbose=0)
