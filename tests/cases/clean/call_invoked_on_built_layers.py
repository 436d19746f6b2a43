import numpy as np, tensorflow as tf, keras
from keras import layers

class Lookup(layers.Layer):
    """needs no build: its table exists from the beginning"""
    def __init__(self, table): super().__init__(); self.table = tf.constant(table); self.built = True
    def call(self, at): return tf.gather(self.table, at)
lookup = Lookup([1.0, 2.0])
try: lookup.call([5])
except tf.errors.InvalidArgumentError: print("no such row")
def accepts(size):
    """tries a layer that is built, without what calling it does besides, and throws it away"""
    layer = layers.Dense(2); layer.build((None, 3))
    try: layer.call(tf.ones((1, size)))
    except tf.errors.InvalidArgumentError: return False
    return True
print([size for size in range(1, 5) if accepts(size)])

class Passes(layers.Layer):
    """invokes `call` of its layers itself, and passes `training` on where it matters"""
    def __init__(self):
        super().__init__()
        self.dense, self.drop, self.off = layers.Dense(2), layers.Dropout(0.5), layers.Dropout(0.0)
        self.norm = layers.BatchNormalization()
    def build(self, shape): self.dense.build(shape); self.norm.build((*shape[:-1], 2))
    def call(self, x, training=None):
        x = self.drop.call(self.dense.call(x), training=training)
        x = self.norm.call(x, training=False)
        return self.off.call(x)
passes = Passes()
passes(tf.ones((1, 3)), training=True)
class Asks(layers.Layer):
    """invokes `call` where nothing is trained"""
    def __init__(self): super().__init__(); self.drop = layers.Dropout(0.5)
    def call(self, x): return self.drop.call(x)
asks = Asks()
asks(tf.ones((1, 3)))
tf.function(asks)(tf.ones((1, 3)))
