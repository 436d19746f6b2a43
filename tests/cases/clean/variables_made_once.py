import numpy as np, tensorflow as tf, keras
from keras import layers

class Asks(layers.Layer):
    def __init__(self): super().__init__(); self.count = None
    def call(self, x):
        if self.count is None:
            self.count = tf.Variable(0.0, trainable=False)
        return x + self.count
class Looks(layers.Layer):
    def call(self, x):
        if not hasattr(self, "count"):
            self.count = tf.Variable(0.0, trainable=False)
        return x + self.count
class Leaves(layers.Layer):
    def __init__(self): super().__init__(); self.counts = {}
    def count_of(self, key):
        if key in self.counts:
            return self.counts[key]
        self.counts[key] = tf.Variable(0.0, trainable=False)
        return self.counts[key]
    def call(self, x): return x + self.count_of("x")
x = np.ones((2, 3), "float32")
asks = Asks(); asks(x)  # one call only
Looks()(x), Leaves()(x)
in_graph = Asks(); step = tf.function(in_graph); step(x), step(x)
