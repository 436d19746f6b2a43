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
