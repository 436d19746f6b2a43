"""The call of the model gets training from fit, and no context passes it on: keras-team/keras/issues/20577."""

import keras
import numpy as np
from keras import layers


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.body = keras.Sequential([layers.Dense(4), layers.BatchNormalization(name="norm")])
        self.head = layers.Dense(1)

    def call(self, x, training=None):
        x = self.body(x)  # finds: LT501 norm
        return self.head(x)


net = Net(name="net")
net.compile("sgd", "mse")
net.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
