import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Pool(layers.Layer):
    """an old name of an argument, saved under the new one"""
    def __init__(self, size=None, pool_size=None, **kw): super().__init__(**kw); self.pool_size = pool_size if size is None else size
    def call(self, x): return ops.average_pool(x, self.pool_size)
    def get_config(self): return {**super().get_config(), "pool_size": self.pool_size}
class Head(layers.Layer):
    def __init__(self, units, **kw): super().__init__(**kw); self.units = units
    def build(self, shape): self.w = self.add_weight(shape=(shape[-1], self.units), name="w")
    def call(self, x): return x @ self.w
    def get_config(self): return {**super().get_config(), "units": self.units}
class Small(Head):
    def __init__(self, width=3, **kw): kw.setdefault("units", width); super().__init__(**kw)
class Scaled(Small):
    """stored in another form, which is saved"""
    def __init__(self, factors=(), scale=None, **kw): super().__init__(**kw); self.scale = list(scale or factors)
    def get_config(self): return {**super().get_config(), "scale": self.scale}
class Table(layers.Layer):
    """the initial values are saved as weights"""
    def __init__(self, n, initial=None, **kw): super().__init__(**kw); self.n, self.initial = n, initial
    def build(self, shape):
        self.t = self.add_weight(shape=(self.n,), name="t")
        if self.initial is not None: self.t.assign(self.initial)
    def call(self, x): return x * self.t
    def get_config(self): return {**super().get_config(), "n": self.n}
inputs = keras.Input((8, 2))
x = Table(5, initial=np.ones(5))(Scaled((1, 2), width=5)(Small(width=2)(Head(4)(Pool(size=2)(inputs)))))
keras.models.clone_model(keras.Model(inputs, x))

class Gates(layers.Layer):
    """weights in the order that the caller requests"""
    def __init__(self, keys): super().__init__(); self.keys = list(keys)
    def build(self, shape): self.w = {key: self.add_weight(shape=(shape[-1],), name=key) for key in self.keys}
    def call(self, x): return sum(x * self.w[key] for key in self.keys)
Gates(["u", "i"])(np.ones((1, 3))); Gates(["i", "u"])(np.ones((1, 3)))
