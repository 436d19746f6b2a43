# LT565 in another program: both masks of the transformer tutorial, combined, in a functional model
import numpy as np, tensorflow as tf, keras
from keras import layers

def create_padding_mask(seq):
    seq = tf.cast(tf.math.equal(seq, 0), tf.float32)  # finds: LT565 self_attention
    return seq[:, tf.newaxis, tf.newaxis, :]

def create_look_ahead_mask(size):
    return 1 - tf.linalg.band_part(tf.ones((size, size)), -1, 0)  # finds: LT565 self_attention

class Decoder(layers.Layer):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embedding = layers.Embedding(vocabulary, width)
        self.self_attention = layers.MultiHeadAttention(2, width // 2, name="self_attention")

    def call(self, words):
        mask = tf.maximum(create_padding_mask(words), create_look_ahead_mask(tf.shape(words)[1]))
        x = self.embedding(words)
        return self.self_attention(query=x, value=x, attention_mask=mask)

words = np.random.default_rng(0).integers(1, 30, (16, 7))
words[:, 5:] = 0
inputs = keras.Input((7,), dtype="int32")
model = keras.Model(inputs, layers.Dense(1)(Decoder(30, 8)(inputs)))
model.compile("sgd", "mse")
model.fit(words, words[..., None] / 30, verbose=0)
