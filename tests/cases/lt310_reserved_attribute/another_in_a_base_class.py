# LT310 in another program: a base class keeps its layers in `_layers`, so Keras misses that of the class below
import numpy as np, keras
from keras import layers

class Tower(layers.Layer):
    def __init__(self, widths, **kw):
        super().__init__(**kw)
        self._layers = [layers.Dense(width) for width in widths]  # finds: LT310 scored
class Scored(Tower):
    def __init__(self, widths, **kw):
        super().__init__(widths, **kw)
        self.score = layers.Dense(1)
    def call(self, x):
        for layer in self._layers:
            x = layer(x)
        return self.score(x)
model = keras.Sequential([keras.Input((3,)), Scored([4, 2], name="scored")])
model.compile("sgd", "mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
print("weights:", len(model.weights), "of 6")
