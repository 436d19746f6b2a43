import numpy as np
import keras
from keras import layers


class Configured:
    def configure(self, **options):
        for key, value in options.items():
            setattr(self, key, value)
        self.built = True  # finds: LT303 attention_pool


class AttentionPool(Configured, layers.Layer):
    def __init__(self, heads, **kwargs):
        super().__init__(**kwargs)
        self.configure(heads=heads)

    def build(self, input_shape):
        self.query = self.add_weight(shape=(input_shape[-1], self.heads), name="query")

    def call(self, x):
        scores = keras.ops.softmax(keras.ops.matmul(x, self.query), axis=1)
        return keras.ops.einsum("btd,bth->bhd", x, scores)


pool = AttentionPool(2, name="attention_pool")
print(pool(np.random.rand(2, 7, 4)).shape)
