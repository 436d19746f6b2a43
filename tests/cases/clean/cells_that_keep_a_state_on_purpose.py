# Cells that return a new state, that keep one of two, and that only read a state they are given from outside
import numpy as np, keras
from keras import layers, ops

class Counting(layers.Layer):
    def __init__(self): super().__init__(); self.state_size = [3, 3]

    def call(self, x, states):
        total, first = states
        total = total + x
        return total, [total, first]

class Changing(layers.Layer):
    def __init__(self): super().__init__(); self.state_size = 3

    def call(self, x, states):
        states = [states[0] + x]
        return states[0], states

class Reading(layers.Layer):
    def __init__(self): super().__init__(); self.state_size = 3

    def call(self, x, states): return x * states[0], states

class Pair(layers.Layer):
    def call(self, x, mask): return x * mask, mask

x = np.ones((4, 5, 3), "float32")
inputs, context = keras.Input((5, 3)), keras.Input((3,))
outputs = [layers.RNN(Counting())(inputs), layers.RNN(Changing())(inputs)]
outputs += [layers.RNN(Reading())(inputs, initial_state=[context]), *Pair()(inputs, ops.ones_like(inputs))]
model = keras.Model([inputs, context], [layers.Dense(1)(layers.Flatten()(each)) for each in outputs])
model.compile("adam", ["mse"] * 5)
model.fit([x, x[:, 0]], [x[:, 0, :1]] * 5, verbose=0)
