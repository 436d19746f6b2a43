# LT310 in another program: Keras finds the layers of a model in `_layers`, which is replaced by a list of some
import numpy as np, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.stem = layers.Dense(8, name="stem")
        self._layers = [layers.Dense(8), layers.Dense(8)]  # finds: LT310 net
        self.head = layers.Dense(1, name="head")
    def call(self, x):
        x = self.stem(x)
        for layer in self._layers:
            x = layer(x)
        return self.head(x)
net = Net(name="net")
net.compile("adam", "mse")
net.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
print("weights:", len(net.weights), "of 8")
