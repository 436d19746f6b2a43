# SOURCE: https://github.com/keras-team/keras/issues/16797
# SYMPTOM: the layer's own scale and shift stay 1 and 0 all through fit, though they are used in call
# CULPRIT: affine
# LINE: 19
# FIX: self.scale = self.add_weight(...) instead of tf.Variable
# OUTCOME: silent
# IDEAL: affine (Affine) keeps scale and shift as tf.Variable: Keras 3 does not track them, they are in no weight list, and fit never updates them.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Affine(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.scale = tf.Variable(tf.ones((width,)), trainable=True)
        self.shift = tf.Variable(tf.zeros((width,)), trainable=True)

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
