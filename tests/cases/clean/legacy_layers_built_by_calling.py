import numpy as np, tf_keras
from tf_keras import layers

class Scale(layers.Layer):
    """two weights without names, which tf_keras calls Variable both"""
    def build(self, shape):
        self.gain = self.add_weight(shape=shape[-1:], initializer="ones")
        self.shift = self.add_weight(shape=shape[-1:], initializer="zeros")
        super().build(shape)
    def call(self, x): return x * self.gain + self.shift
class Block(layers.Layer):
    """has a build, but leaves it to its call to build the layers inside, as all of tf_keras does"""
    def __init__(self): super().__init__(); self.scale = Scale(); self.dense = layers.Dense(2)
    def build(self, shape): self.rate = self.add_weight("rate", shape=(), initializer="ones"); super().build(shape)
    def call(self, x): return self.dense(self.scale(x)) * self.rate
block = Block()
block(np.ones((2, 3), "float32"))
model = tf_keras.Sequential([layers.Input((3,)), Block(), layers.Dense(1)])
model.compile("sgd", "mse"); model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
