# A helper outside of the class creates a layer and its activation: https://github.com/tensorflow/tensorflow/issues/33219
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

import functools

def dense_relu(x, units):
    return layers.ReLU()(layers.Dense(units)(x))  # finds: LT103 stack

class Stack(layers.Layer):
    def __init__(self, widths, **kwargs):
        super().__init__(**kwargs)
        self.steps = [functools.partial(dense_relu, units=w) for w in widths]

    def call(self, inputs):
        for step in self.steps:
            inputs = step(inputs)
        return inputs

stack = Stack([8, 8], name="stack")
for _ in range(3):
    stack(np.ones((4, 3), "float32"))
