# The layers of a subclassed model have no symbolic tensors
import keras
import numpy as np


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = keras.layers.Dense(4, name="hidden")
        self.last = keras.layers.Dense(2)

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.last.build((None, 4))

    def call(self, x):
        return self.last(self.hidden(x))


net = Net(name="net")
net(np.ones((1, 3), "float32"))
features = keras.Model(net.hidden.input, net.hidden.output)  # finds: LT311 hidden
