"""`build` creates a counter from a keyword; `train_on_batch` infers the shapes of the model first."""

import keras
import numpy as np
from keras import ops


class Steps(keras.layers.Layer):
    def build(self, input_shape):
        self.steps = keras.Variable(initializer=ops.zeros((), dtype="int32"), trainable=False)  # finds: LT113 steps

    def call(self, x):
        self.steps.assign_add(1)
        return x


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.steps = Steps()
        self.out = keras.layers.Dense(1)

    def call(self, x):
        return self.out(self.steps(x))


net = Net()
net.compile("sgd", "mse")
net.train_on_batch(np.ones((8, 3)), np.ones((8, 1)))
