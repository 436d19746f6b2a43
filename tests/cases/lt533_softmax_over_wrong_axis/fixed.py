# "The answer depends on the other sentences" (https://github.com/JayChanHoi/Lattice_LSTM/issues/5)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")

class Attend(layers.Layer):
    def build(self, shape):
        self.point = self.add_weight(shape=(shape[-1], 1), name="point")
    def call(self, steps):
        weights = keras.ops.softmax(keras.ops.matmul(steps, self.point), axis=1)
        return keras.ops.sum(weights * steps, axis=1)
    def compute_output_shape(self, shape): return shape[0], shape[2]

rows = np.random.default_rng(0).normal(size=(16, 7, 3)).astype("float32")
inputs = keras.Input((7, 3))
model = keras.Model(inputs, layers.Dense(1)(Attend(name="attend")(inputs)))
model.compile("adam", "mse")
model.fit(rows, rows[:, 0, :1], verbose=0)
alone, together = model.predict(rows[:1], verbose=0), model.predict(rows, verbose=0)[:1]
print("alone as together", bool(np.allclose(alone, together, atol=1e-4)))
