# SOURCE: https://github.com/keras-team/keras/issues/16543
# SYMPTOM: an RNN with a cell of one's own sees only the last step: the order and the values of earlier steps do not matter
# CULPRIT: leaky
# LINE: 29
# FIX: return the new state: return h, [h]
# OUTCOME: silent
# IDEAL: leaky returns as new state the state it was given: it stays zero for all steps, so only the last input counts.
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
        return h, states


model = keras.Sequential([keras.Input((6, 3)), layers.RNN(LeakyCell(5, name="leaky"), name="rnn"), layers.Dense(1, name="out")])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(32, 6, 3)).astype("float32")
model.fit(x, x.mean(axis=(1, 2))[:, None], epochs=2, verbose=0)
other = x.copy()
other[:, :-1] = 0.0
print("earlier steps matter:", not np.allclose(model.predict(x, verbose=0), model.predict(other, verbose=0), atol=1e-6))
