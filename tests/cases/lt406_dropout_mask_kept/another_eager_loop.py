# LT406 in another program: the same mask for each sequence of a loop without graphs
import numpy as np, tensorflow as tf, keras
from keras import layers

class Encoder(layers.Layer):
    def __init__(self):
        super().__init__(name="encoder")
        self.cells = [layers.LSTMCell(3, recurrent_dropout=0.5, name="lower"), layers.LSTMCell(3, name="upper")]
    def build(self, shape):
        self.cells[0].build((None, 2)); self.cells[1].build((None, 3))
    def call(self, x, training=False):
        states = [[tf.zeros((2, 3))] * 2, [tf.zeros((2, 3))] * 2]
        for t in range(3):
            y = x[:, t]
            for n, cell in enumerate(self.cells):
                y, states[n] = cell(y, states[n], training=training)  # finds: LT406 lower
        return y
encoder = Encoder()
for _ in range(3): encoder(tf.ones((2, 3, 2)), training=True)
