# SOURCE: https://github.com/tensorflow/tensorflow/issues/45854
# MENDED: twin of 66_attention_mask_the_wrong_way_round.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(2)


class Encoder(keras.Model):
    def __init__(self, vocabulary, width, **kwargs):
        super().__init__(**kwargs)
        self.embed = layers.Embedding(vocabulary, width, name="embed")
        self.attention = layers.MultiHeadAttention(2, width // 2, name="attention")
        self.out = layers.Dense(1, name="out")

    def padding_mask(self, tokens):
        return ops.not_equal(tokens, 0)[:, None, :]

    def call(self, tokens):
        x = self.embed(tokens)
        x = self.attention(x, x, attention_mask=self.padding_mask(tokens))
        return self.out(x[:, 0])


rng = np.random.default_rng(0)
tokens = rng.integers(1, 30, (32, 8))
tokens[:, 5:] = 0
encoder = Encoder(30, 8, name="encoder")
encoder.compile("adam", "mse")
encoder.fit(tokens, (tokens[:, 1:2] > 15).astype("float32"), epochs=2, verbose=0)
other = tokens.copy()
other[:, 1:5] = rng.integers(1, 30, (32, 4))
print("other words change the answer:", not np.allclose(encoder.predict(tokens, verbose=0), encoder.predict(other, verbose=0), atol=1e-6))
