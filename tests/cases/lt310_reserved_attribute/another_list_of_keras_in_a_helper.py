# A helper of a mixin replaces the list in which Keras finds the layers of a model
import numpy as np, keras
from keras import layers

class Holder:
    def keep(self, blocks):
        self._layers = list(blocks)  # finds: LT310 net

class Net(Holder, keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.stem = layers.Dense(3, name="lost")
        self.keep([layers.Dense(2, name="kept")])
    def call(self, x):
        x = self.stem(x)
        for layer in self._layers:
            x = layer(x)
        return x

net = Net()
net.compile("sgd", "mse")
net.fit(np.ones((2, 4), "float32"), np.ones((2, 2)), verbose=0)
print("weights:", len(net.weights), "of 4")
