# Another program with LT603
import numpy as np, keras
from keras import layers

class Pair(keras.Model):
    def __init__(self, order, **kw):
        super().__init__(**kw)
        for one in order:
            setattr(self, one, layers.Dense(3))  # finds: LT603 second
    def build(self, shape): self.left.build(shape); self.right.build(shape)
    def call(self, x): return self.left(x) - self.right(x)
first, second = Pair(("left", "right"), name="first"), Pair(("right", "left"), name="second")
x = np.ones((1, 2), "float32"); first(x), second(x)
second.set_weights(first.get_weights())
