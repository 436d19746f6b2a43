# LT101 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Head(layers.Layer):
    def __init__(self, fresh=False, **kw):
        super().__init__(**kw); self.fresh = fresh
    def build(self, shape):
        self.scale = self.add_weight(shape=(), initializer="ones")
    def temperature(self):
        return tf.Variable([0.5])  # finds: LT101 bad_head
    def call(self, x):
        return x * (self.temperature() if self.fresh else self.scale)
class Block(layers.Layer):
    def __init__(self):
        super().__init__(); self.heads = [Head(name="good_head"), Head(fresh=True, name="bad_head")]
    def build(self, shape):
        for head in self.heads: head.build(shape)
    def call(self, x):
        for head in self.heads: x = head(x)
        return x
block = Block()
for _ in range(3): block(np.ones((2, 2), "float32"))
