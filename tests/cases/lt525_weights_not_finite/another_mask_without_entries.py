# LT525 in another program: the mean over the words of a text that has none
import numpy as np, keras
from keras import layers, ops

keras.utils.set_random_seed(0)
class Average(layers.Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.supports_masking = True
    def call(self, x, mask=None):
        kept = ops.cast(ops.expand_dims(mask, -1), "float32")
        return ops.sum(x * kept, axis=1) / ops.sum(kept, axis=1)  # finds: LT525 average
    def compute_mask(self, x, mask=None): return None

texts = keras.Sequential([keras.Input((5,), dtype="int32"), layers.Embedding(9, 4, mask_zero=True),
                          Average(name="average"), layers.Dense(1)], name="texts")
texts.compile("adam", "mse")
words = np.arange(40).reshape(8, 5) % 8 + 1
words[3] = 0
texts.fit(words, np.ones((8, 1)), epochs=2, verbose=0)
