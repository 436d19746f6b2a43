# SOURCE: https://github.com/stevezheng23/reading_comprehension_tf/pull/69
# MENDED: twin of 40_rows_that_are_all_padding.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class MaskedMean(layers.Layer):
    """Attention with one learnt query."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, shape):
        self.query = self.add_weight(shape=(shape[-1], 1), name="query")

    def call(self, x, mask=None):
        scores = ops.squeeze(ops.matmul(x, self.query), -1)
        scores = ops.where(mask, scores, -1e9)
        return ops.sum(ops.expand_dims(ops.softmax(scores), -1) * x, axis=1)

    def compute_mask(self, x, mask=None):
        return None


inp = keras.Input((6,), dtype="int32")
h = layers.Embedding(20, 4, mask_zero=True, name="words")(inp)
h = MaskedMean(name="reader")(h)
model = keras.Model(inp, layers.Dense(1, activation="sigmoid", name="out")(h), name="model")
model.compile(optimizer="adam", loss="binary_crossentropy")
rng = np.random.default_rng(0)
docs = rng.integers(1, 20, size=(32, 6))
docs[:, 4:] = 0
docs[11] = 0
history = model.fit(docs, docs[:, 0] % 2, batch_size=8, epochs=2, shuffle=False, verbose=0)
print("losses", [round(v, 3) for v in history.history["loss"]], "nan in weights:",
      any(np.isnan(w).any() for w in model.get_weights()))
