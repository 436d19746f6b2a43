"""The call of the model takes no training, so that fit passes none; and the layers inside get it only from call."""

import keras
import numpy as np
from keras import layers


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = layers.Dropout(0.5, name="drop")
        self.head = layers.Dense(1)

    def call(self, x):  # finds: LT501 drop
        return self.head(self.drop(x))


net = Net(name="net")
net.compile("sgd", "mse")
net.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
