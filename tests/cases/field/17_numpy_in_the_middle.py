# SOURCE: https://github.com/tensorflow/tensorflow/issues/47033
# SYMPTOM: the layers behind the quantile step learn, those in front of it keep their first weights
# CULPRIT: spread
# LINE: 20
# FIX: write the step in keras.ops (ops.sort, take) instead of tf.numpy_function
# OUTCOME: warns
# IDEAL: spread (Spread) goes through tf.numpy_function, which has no gradient: the 2 weights of sensors in front of it get None and never move.
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Spread(layers.Layer):
    """Half-width between the second and the last but one value of a row."""

    def call(self, x):
        wide = tf.numpy_function(lambda v: np.sort(v, axis=1)[:, -2:-1] - np.sort(v, axis=1)[:, 1:2], [x], tf.float32)
        return tf.ensure_shape(wide, (None, 1))

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
