# SOURCE: https://github.com/tensorflow/tensorflow/issues/47033
# MENDED: twin of 17_numpy_in_the_middle.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Spread(layers.Layer):
    """Half-width between the second and the last but one value of a row."""

    def call(self, x):
        ordered = ops.sort(x, axis=1)
        return ordered[:, -2:-1] - ordered[:, 1:2]

    def compute_output_shape(self, shape):
        return (shape[0], 1)


class Roughness(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.sensors = layers.Dense(6, name="sensors")
        self.spread = Spread(name="spread")
        self.scale = layers.Dense(1, name="scale")

    def call(self, x):
        return self.scale(self.spread(self.sensors(x)))


rng = np.random.default_rng(0)
x = rng.normal(size=(64, 4)).astype("float32")
model = Roughness(name="roughness")
model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
model(x[:1])
first = [model.sensors.get_weights()[0], model.scale.get_weights()[0]]
model.fit(x, x.std(axis=1, keepdims=True), epochs=3, verbose=0)
print("sensors moved by %.4f, scale by %.4f" % (np.abs(model.sensors.get_weights()[0] - first[0]).max(),
                                              np.abs(model.scale.get_weights()[0] - first[1]).max()))
