# SOURCE: https://github.com/keras-team/keras/issues/16797
# MENDED: twin of 21_tf_variable_in_a_layer.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Affine(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.scale = self.add_weight(shape=(width,), initializer="ones", name="scale")
        self.shift = self.add_weight(shape=(width,), initializer="zeros", name="shift")

    def call(self, x):
        return x * self.scale + self.shift


inp = keras.Input((3,))
affine = Affine(3, name="affine")
out = layers.Dense(1, name="sum", kernel_initializer="ones")(affine(inp))
model = keras.Model(inp, out, name="calibration")
model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = (x * [1.0, 3.0, -2.0]).sum(axis=1, keepdims=True) + 4.0
model.fit(x, y, epochs=10, verbose=0)
print("weights that train:", len(model.trainable_weights), "scale moved by",
      round(float(np.abs(keras.ops.convert_to_numpy(affine.scale) - 1.0).max()), 3))
