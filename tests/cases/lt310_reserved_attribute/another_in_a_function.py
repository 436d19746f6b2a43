# LT310 in another program: a function prepares layers, and sets the list in which Keras keeps what is trained
import numpy as np, keras
from keras import layers

def prune(layer, weights):
    layer._trainable_variables = weights  # finds: LT310 gated
    return len(layer._trainable_variables)
class Gated(layers.Layer):
    def build(self, shape):
        self.gate = self.add_weight(shape=(shape[-1],), initializer="ones", name="gate")
        self.shift = self.add_weight(shape=(shape[-1],), initializer="zeros", name="shift")
        self.count = prune(self, [self.gate])
    def call(self, x):
        return x * self._trainable_variables[0] + self.shift
model = keras.Sequential([keras.Input((3,)), Gated(name="gated"), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
print("weights:", len(model.weights), "of 4")
