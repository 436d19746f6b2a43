# Another program with LT505
import numpy as np, tensorflow as tf, keras
from keras import layers

class Penalty(layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.sum(x))  # finds: LT505 steps_too, LT505 per_step
        return x
frame = keras.Sequential([keras.Input((2,)), layers.Dense(2), Penalty(name="per_step")])
once = keras.Sequential([keras.Input((3, 2)), layers.TimeDistributed(frame), Penalty(name="once")])
once(tf.ones((1, 3, 2)))

class Cell(layers.Layer):
    def __init__(self): super().__init__(); self.state_size, self.inner = 2, Penalty(name="steps_too")
    def call(self, x, states): out = self.inner(x + states[0]); return out, [out]
layers.RNN(Cell())(tf.ones((1, 3, 2)))
