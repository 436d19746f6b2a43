# "A stack of blocks has the parameters of one" (https://github.com/tensorflow/tensorflow/issues/30091)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Tower(layers.Layer):
    def __init__(self, width, depth):
        super().__init__()
        self.steps = [layers.Dense(width, activation="relu", name=f"step_{n}") for n in range(depth)]
    def build(self, shape):
        for step in self.steps:
            if not step.built: step.build(shape)
    def call(self, x):
        for step in self.steps: x = x + step(x)
        return x
tower = Tower(4, 3)
tower(np.ones((2, 4), "float32"))
print("parameters", tower.count_params())
