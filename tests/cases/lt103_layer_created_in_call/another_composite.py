# LT103 in another program
import numpy as np, keras
from keras import layers

class Tower(layers.Layer):
    """has no variable of its own, only those of the layers that it creates"""
    def __init__(self, width, **kw):
        super().__init__(**kw); self.blocks = [layers.Dense(width, activation="relu") for _ in range(2)]
    def build(self, shape):
        for block in self.blocks: block.build(shape); shape = (*shape[:-1], block.units)
    def call(self, x):
        for block in self.blocks: x = block(x)
        return x
class Noisy(layers.Layer):
    """has a state for random numbers, but no weights"""
    def __init__(self, **kw): super().__init__(**kw); self.drop = layers.Dropout(0.5)
    def call(self, x, training=None): return self.drop(x, training=training)
class Siamese(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.tower = Tower(4); self.head = layers.Dense(1)
    def build(self, shapes): self.tower.build(shapes[0]); self.head.build((None, 4))
    def call(self, pair, training=None):
        left, right = pair
        a, b = self.tower(left), Tower(4)(right)  # finds: LT103 siamese
        return self.head(Noisy()(a - b, training=training))
model = Siamese(name="siamese")
model.compile("sgd", "mse")
model.fit((np.ones((8, 3)), np.ones((8, 3))), np.ones((8, 1)), batch_size=4, verbose=0)
