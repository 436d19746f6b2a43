# LT310 in another program: a list of the weights to prune is where Keras keeps all that are trained
import numpy as np, keras
from keras import layers

class Gated(layers.Layer):
    def build(self, shape):
        self.gate = self.add_weight(shape=(shape[-1],), initializer="ones", name="gate")
        self.shift = self.add_weight(shape=(shape[-1],), initializer="zeros", name="shift")
        self._trainable_variables = [self.gate]  # finds: LT310 gated
    def call(self, x):
        return x * self._trainable_variables[0] + self.shift
model = keras.Sequential([keras.Input((3,)), Gated(name="gated"), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
print("weights:", len(model.weights), "of 4")
