# SOURCE: https://github.com/keras-team/keras/issues/10895
# SYMPTOM: a pooling layer of one's own with compute_output_shape; the functional model is made well, and fit raises at the Dense after it
# CULPRIT: pool
# LINE: 21
# FIX: compute_output_shape must give what call returns: (batch, 2 * channels)
# OUTCOME: raises ValueError
# IDEAL: pool promises the shape (None, 4) in compute_output_shape and its call returns (None, 8): head was built for 4 features.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class MeanMaxPool(layers.Layer):
    def call(self, x):
        return tf.concat([tf.reduce_mean(x, axis=1), tf.reduce_max(x, axis=1)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


inputs = keras.Input((9, 3))
h = layers.Conv1D(4, 3, activation="relu", name="conv")(inputs)
h = MeanMaxPool(name="pool")(h)
model = keras.Model(inputs, layers.Dense(2, activation="softmax", name="head")(h))
model.compile("adam", "sparse_categorical_crossentropy")
rng = np.random.default_rng(0)
model.fit(rng.normal(size=(16, 9, 3)).astype("float32"), rng.integers(0, 2, 16), verbose=0)
print("trained, head kernel", model.get_layer("head").kernel.shape)
