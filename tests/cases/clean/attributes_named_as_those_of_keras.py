# Attributes with names of Keras that lose nothing: all layers are in the list, and own weights are frozen in place
import numpy as np, keras
from keras import layers

class Stack(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw)
        self._layers = [layers.Dense(4), layers.Dense(1)]
    def build(self, shape):
        for layer in self._layers: layer.build(shape); shape = (None, layer.units)
    def call(self, x):
        for layer in self._layers: x = layer(x)
        return x
class Half(layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=(1,), name="scale")
        self.shift = self.add_weight(shape=(1,), name="shift")
        self._trainable_variables = [self.scale]
        self._non_trainable_variables = [self.shift]
        self._metrics, self._losses = [keras.metrics.Mean(name="mean")], []
    def call(self, x): return x * self.scale + self.shift
class Counted(layers.Layer):
    """no model resets its metrics"""
    def build(self, shape): self._metrics = {"size": keras.metrics.Mean()}
    def call(self, x): self._metrics["size"].update_state(x); return x
Counted()(np.ones((2, 3)))
class Tail(keras.Sequential):
    def __init__(self, **kw):
        super().__init__([layers.Dense(2), layers.Dense(1)], **kw)
        self._name, self._history = "tail", []
class Wide(keras.Model):
    def __init__(self):
        inputs = keras.Input((3,))
        super().__init__(inputs, layers.Dense(1)(inputs))
        self._outputs_seen = []
for model in (Stack(), keras.Sequential([keras.Input((3,)), Half(), layers.Dense(1)]), Tail(), Wide()):
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
