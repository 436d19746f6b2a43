import keras
import numpy as np
from keras import layers


class Block(layers.Layer):
    def __init__(self, width, heads, **kwargs):
        super().__init__(**kwargs)
        self.attention = layers.MultiHeadAttention(heads, width // heads)
        self.norm_1 = layers.LayerNormalization()
        self.norm_2 = layers.LayerNormalization()
        self.dense_1 = layers.Dense(4 * width, activation="gelu")
        self.dense_2 = layers.Dense(width)
        self.dropout = layers.Dropout(0.1)

    def call(self, x, training=None):
        y = self.norm_1(x)
        x = x + self.dropout(self.attention(y, y), training=training)
        return x + self.dense_2(self.dense_1(self.norm_2(x)))


class Transformer(keras.Model):
    def __init__(self, words=1000, width=32, length=32, blocks=6):
        super().__init__()
        self.words = layers.Embedding(words, width)
        self.places = layers.Embedding(length, width)
        self.blocks = [Block(width, 4, name=f"block_{i}") for i in range(blocks)]
        self.pool = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(2)

    def call(self, ids, training=None):
        x = self.words(ids) + self.places(keras.ops.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x, training=training)
        return self.head(self.pool(x))


rng = np.random.default_rng(0)
x, y = rng.integers(0, 1000, (242, 32)), rng.integers(0, 2, 242)
model = Transformer()
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(x, y, batch_size=32, epochs=3, validation_split=0.2, verbose=0)
model.evaluate(x[:100], y[:100], verbose=0)
model.predict(x[:50], verbose=0)
