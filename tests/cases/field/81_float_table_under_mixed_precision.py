# SOURCE: https://github.com/tensorflow/tensorflow/issues/41614
# SYMPTOM: under mixed_float16 a layer with a table made by tf raises: the tensor is float32 and not float16
# CULPRIT: positions
# LINE: 24
# FIX: cast the table to x.dtype (the compute dtype of the layer)
# OUTCOME: raises TypeError
# IDEAL: positions runs in float16 (mixed_float16), but adds a float32 table it made itself: cast it to self.compute_dtype.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
keras.mixed_precision.set_global_policy("mixed_float16")


class Positions(layers.Layer):
    def build(self, input_shape):
        steps, width = input_shape[1], input_shape[2]
        angles = np.arange(steps)[:, None] / 100.0 ** (np.arange(width)[None] / width)
        self.table = np.sin(angles)[None].astype("float32")

    def call(self, x):
        return tf.add(x, tf.constant(self.table))


model = keras.Sequential([
    keras.Input((6,), dtype="int32"),
    layers.Embedding(20, 4, name="words"),
    Positions(name="positions"),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, dtype="float32", name="out"),
])
model.compile("adam", "mse")
rng = np.random.default_rng(0)
model.fit(rng.integers(0, 20, (32, 6)), rng.normal(size=(32, 1)), verbose=0)
print("trained, steps:", int(model.optimizer.iterations))
