# A layer is named twice in a list, called twice in a row, or has nothing to train
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Pair(layers.Layer):
    def __init__(self):
        super().__init__()
        shared = layers.Dense(4, name="shared")
        self.towers = [shared, shared]
        self.acts = [layers.ReLU()] * 2
        self.drops = [layers.Dropout(0.1)] * 2
    def build(self, shapes): self.towers[0].build(shapes[0])
    def call(self, pair):
        return sum(drop(act(tower(x))) for tower, act, drop, x in zip(self.towers, self.acts, self.drops, pair))

class Recurrent(layers.Layer):
    def __init__(self):
        super().__init__()
        self.step = layers.Dense(4)
    def build(self, shape): self.step.build(shape)
    def call(self, x):
        for _ in range(3): x = self.step(x)
        return x
x = np.ones((2, 4), "float32")
Recurrent()(Pair()((x, 2 * x)))
grid = [[0] * 3 for _ in [layers.Dense(2)(x)] * 2]
