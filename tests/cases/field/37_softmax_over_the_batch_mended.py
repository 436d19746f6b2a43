# SOURCE: https://github.com/JayChanHoi/Lattice_LSTM/issues/5
# MENDED: twin of 37_softmax_over_the_batch.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Attend(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width

    def build(self, shape):
        self.look = self.add_weight(shape=(shape[-1], self.width), name="look")
        self.point = self.add_weight(shape=(self.width, 1), name="point")

    def call(self, steps):
        scores = ops.matmul(ops.tanh(ops.matmul(steps, self.look)), self.point)
        weights = ops.softmax(scores, axis=1)
        return ops.sum(weights * steps, axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], shape[2])


inp = keras.Input((7, 3))
h = layers.GRU(5, return_sequences=True, name="reader")(inp)
h = Attend(4, name="attend")(h)
model = keras.Model(inp, layers.Dense(1, name="tone")(h), name="model")
model.compile(optimizer="adam", loss="mse")
x = np.random.default_rng(0).normal(size=(24, 7, 3)).astype("float32")
model.fit(x, x[:, 0, :1], epochs=1, batch_size=8, verbose=0)
together, alone = model.predict(x[:8], verbose=0)[:1], model.predict(x[:1], verbose=0)
print("alone and together differ by", round(float(np.abs(together - alone).max()), 4))
