# SOURCE: https://github.com/keras-team/keras/issues/16543
# MENDED: twin of 90_cell_gives_back_the_old_state.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class LeakyCell(layers.Layer):
    def __init__(self, units, leak=0.3, **kwargs):
        super().__init__(**kwargs)
        self.units, self.leak = units, leak
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), initializer="orthogonal", name="recurrent")

    def call(self, x, states):
        before = states[0]
        h = (1 - self.leak) * before + self.leak * ops.tanh(ops.matmul(x, self.kernel) + ops.matmul(before, self.recurrent))
        return h, [h]


model = keras.Sequential([keras.Input((6, 3)), layers.RNN(LeakyCell(5, name="leaky"), name="rnn"), layers.Dense(1, name="out")])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(32, 6, 3)).astype("float32")
model.fit(x, x.mean(axis=(1, 2))[:, None], epochs=2, verbose=0)
other = x.copy()
other[:, :-1] = 0.0
print("earlier steps matter:", not np.allclose(model.predict(x, verbose=0), model.predict(other, verbose=0), atol=1e-6))
