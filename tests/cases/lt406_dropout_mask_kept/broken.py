# A cell that is stepped by hand keeps its mask: https://github.com/tensorflow/tensorflow/issues/75176
import numpy as np, tensorflow as tf, keras
from keras import layers

class Reader(layers.Layer):
    def __init__(self): super().__init__(name="reader"); self.step = layers.GRUCell(3, dropout=0.5, name="step")
    def call(self, x, training=False):
        state = keras.ops.zeros((keras.ops.shape(x)[0], 3))
        for t in range(2): out, state = self.step(x[:, t], state, training=training)  # finds: LT406 step
        return out
model = keras.Sequential([Reader(), layers.Dense(1)]); model.compile("sgd", "mse")
model.fit(np.ones((4, 2, 2)), np.ones((4, 1)), batch_size=3, verbose=0)
