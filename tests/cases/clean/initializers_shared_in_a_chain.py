# One initializer for layers that follow each other, for two models, with a generator, or for constants
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

init = keras.initializers.RandomNormal(0.0, 0.02)
going_on = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(1))

def net(name):
    return keras.Sequential([keras.Input((4,)), *(layers.Dense(4, kernel_initializer=init) for _ in range(3))], name=name)

class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.first, self.second = (layers.Dense(4, kernel_initializer=init) for _ in range(2))
        self.heads = [layers.Dense(4, kernel_initializer=going_on, bias_initializer=keras.initializers.Zeros()) for _ in range(2)]
    def build(self, shape):
        for layer in (self.first, self.second, *self.heads): layer.build(shape)
    def call(self, x):
        h = x + self.second(self.first(x))
        return sum(head(h) for head in self.heads)
x = tf.ones((2, 4))
there, back, block = net("there"), net("back"), Block()
block(x)

@tf.function
def cycle(x): return there(back(x)) + back(there(x)) + there(x) + back(x) + block(x)
cycle(x)
