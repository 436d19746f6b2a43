# LT310 in another program: a helper method of a mixin begins a list where Keras keeps the layers
import numpy as np, keras
from keras import layers

class Stacked:
    def _begin(self, widths):
        self._layers = []  # finds: LT310 tower
        for width in widths:
            self._layers.append(layers.Dense(width))
class Tower(Stacked, layers.Layer):
    def __init__(self, widths, **kw):
        super().__init__(**kw)
        self.score = layers.Dense(1)
        self._begin(widths)
    def call(self, x):
        for layer in self._layers:
            x = layer(x)
        return self.score(x)
model = keras.Sequential([keras.Input((3,)), Tower([4, 2], name="tower")])
model.compile("sgd", "mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
print("weights:", len(model.weights), "of 6")
