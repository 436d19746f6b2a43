# A cell that returns the state it was given: https://github.com/keras-team/keras/issues/16543
import numpy as np, keras
from keras import layers, ops

class Leaky(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")

    def call(self, x, states):
        h = 0.7 * states[0] + 0.3 * ops.tanh(ops.matmul(x, self.kernel))
        return h, states  # finds: LT564 leaky

model = keras.Sequential([keras.Input((6, 3)), layers.RNN(Leaky(5, name="leaky")), layers.Dense(1)])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(8, 6, 3)).astype("float32")
model.fit(x, x[:, 0, :1], verbose=0)
other = x.copy()
other[:, :-1] = 0.0
print("earlier steps matter:", not np.allclose(model.predict(x, verbose=0), model.predict(other, verbose=0)))
