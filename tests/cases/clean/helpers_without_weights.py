import numpy as np, keras
from keras import layers

class Residual(layers.Layer):
    """creates layers without weights as it goes: each call may have new ones"""
    def __init__(self, units): super().__init__(); self.dense = layers.Dense(units)
    def build(self, shape): self.dense.build(shape)
    def call(self, x):
        x = layers.Add()([x, self.dense(x)])
        return layers.ReLU()(x)
class Activations:
    """a plain object, in which Keras tracks nothing"""
    def __init__(self): self.leaky = layers.LeakyReLU()
class Head(layers.Layer):
    """calls a layer without weights that it does not track"""
    def __init__(self): super().__init__(); self.activations = Activations(); self.dense = layers.Dense(1)
    def build(self, shape): self.dense.build(shape)
    def call(self, x): return self.activations.leaky(self.dense(x))
model = keras.Sequential([keras.Input((3,)), Residual(3), Head()])
model.compile("sgd", "mse"); model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
