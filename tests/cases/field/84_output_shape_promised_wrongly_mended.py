# SOURCE: https://github.com/keras-team/keras/issues/10895
# MENDED: twin of 84_output_shape_promised_wrongly.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class MeanMaxPool(layers.Layer):
    def call(self, x):
        return tf.concat([tf.reduce_mean(x, axis=1), tf.reduce_max(x, axis=1)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2 * input_shape[-1])


inputs = keras.Input((9, 3))
h = layers.Conv1D(4, 3, activation="relu", name="conv")(inputs)
h = MeanMaxPool(name="pool")(h)
model = keras.Model(inputs, layers.Dense(2, activation="softmax", name="head")(h))
model.compile("adam", "sparse_categorical_crossentropy")
rng = np.random.default_rng(0)
model.fit(rng.normal(size=(16, 9, 3)).astype("float32"), rng.integers(0, 2, 16), verbose=0)
print("trained, head kernel", model.get_layer("head").kernel.shape)
