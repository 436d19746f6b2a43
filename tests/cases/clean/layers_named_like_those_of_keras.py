"""Layers of one's own have names that Keras has, too, and need no `training`: each does the same in both modes.

The model takes no `training` either. `MyDropout` is that of Keras's example `demo_custom_layer_backend_agnostic`.
"""

import keras
import numpy as np
from keras import layers, ops


class MyDropout(layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        return keras.random.dropout(inputs, self.rate, seed=self.seed_generator)


class BatchNormalization(layers.Layer):
    """Normalizes by the statistics of the batch, always."""

    def call(self, inputs):
        return inputs - ops.mean(inputs, axis=0)


class MultiHeadAttention(layers.Layer):
    """Asks for the padding itself."""

    def __init__(self):
        super().__init__()
        self.inner = layers.MultiHeadAttention(2, 4)

    def call(self, inputs, padding):
        return self.inner(inputs, inputs, attention_mask=padding[:, None, :])


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding = layers.Embedding(10, 8, mask_zero=True)
        self.attention = MultiHeadAttention()
        self.pool = layers.GlobalAveragePooling1D()
        self.dropout = MyDropout(0.5)
        self.normalization = BatchNormalization()
        self.head = layers.Dense(1)

    def call(self, tokens):
        padding = ops.not_equal(tokens, 0)
        attended = self.attention(self.embedding(tokens) * 1.0, padding)
        return self.head(self.normalization(self.dropout(self.pool(attended, mask=padding))))


net = Net()
net.compile("adam", "mse")
net.fit(np.arange(1, 33).reshape(8, 4) % 10, np.ones((8, 1)), epochs=2, verbose=0)
