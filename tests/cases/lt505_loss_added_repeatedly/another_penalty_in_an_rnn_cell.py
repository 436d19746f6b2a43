# Another program with LT505
import numpy as np, tensorflow as tf, keras
from keras import layers

class Cell(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.state_size = 2; self.d = layers.Dense(2)
    def build(self, shape): self.d.build(shape)
    def call(self, x, states):
        y = self.d(x); self.add_loss(keras.ops.sum(y))  # finds: LT505 leaky_cell
        return y, [y]
layers.RNN(Cell(name="leaky_cell"))(np.ones((1, 4, 2), "float32"))
