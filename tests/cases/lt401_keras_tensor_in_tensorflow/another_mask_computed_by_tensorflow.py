# An op of TensorFlow in compute_mask, to which Keras gives the symbolic input of a functional model
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import tensorflow as tf


class Positions(keras.layers.Layer):
    def __init__(self, words, **kwargs):
        super().__init__(**kwargs)
        self.words = keras.layers.Embedding(words, 4)

    def call(self, inputs):
        return self.words(inputs)

    def compute_mask(self, inputs, mask=None):
        return tf.math.not_equal(inputs, 0)  # finds: LT401 positions


inputs = keras.Input((None,), dtype="int64")
outputs = keras.layers.LSTM(2)(Positions(20, name="positions")(inputs))
keras.Model(inputs, outputs).summary()
