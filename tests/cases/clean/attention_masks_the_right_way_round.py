# Attention masks that are true where attention is allowed, in many forms
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Reader(layers.Layer):
    def __init__(self):
        super().__init__()
        self.embedding, self.attention = layers.Embedding(30, 8), layers.MultiHeadAttention(2, 4)

    def call(self, words):
        forbidden = tf.cast(tf.equal(words, 0), tf.float32)[:, None, :]
        later = 1 - tf.linalg.band_part(tf.ones((7, 7)), -1, 0)
        x = self.embedding(words)
        for mask in [
            1.0 - tf.maximum(forbidden, later),
            ops.logical_not(ops.equal(words, 0))[:, None, :],
            (words != 0)[:, None, :],
            tf.linalg.band_part(tf.ones((7, 7)), -1, 0),
            ops.equal(ops.sum(x, -1), 0)[:, None, :],  # no tokens
        ]:
            x = self.attention(x, x, attention_mask=mask)
        return self.attention(x, x, use_causal_mask=True)

words = np.random.default_rng(0).integers(1, 30, (16, 7))
words[:, 5:] = 0
inputs = keras.Input((7,), dtype="int32")
model = keras.Model(inputs, layers.Dense(1)(Reader()(inputs)))
model.compile("sgd", "mse")
model.fit(words, words[..., None] / 30, verbose=0)
