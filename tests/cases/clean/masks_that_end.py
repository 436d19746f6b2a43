import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Attend(layers.Layer):
    """uses the mask, and returns no steps that a mask would fit"""
    def __init__(self): super().__init__(); self.score = layers.Dense(1)
    def build(self, shape): self.score.build(shape)
    def call(self, x, mask=None):
        w = self.score(x) if mask is None else self.score(x) + (ops.cast(mask[..., None], x.dtype) - 1) * 1e9
        return ops.sum(ops.softmax(w, 1) * x, 1)
class Pool(layers.Layer):
    def call(self, x): return ops.max(x, axis=1)
class Narrow(layers.Conv1D): pass
class Tag(layers.Layer):
    """no later layer takes a mask"""
    def __init__(self): super().__init__(); self.d = layers.Dense(2)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.d(x)
ids = keras.Input((5,), dtype="int32")
words = layers.Embedding(10, 4, mask_zero=True)(ids)
model = keras.Model(ids, [layers.Dense(1)(Attend()(words)), layers.Dense(1)(Pool()(words)), layers.Flatten()(layers.GRU(2, return_sequences=True)(Narrow(4, 2)(words))), Tag()(words)])
model.predict(np.ones((2, 5)), verbose=0)
class Branches(keras.Model):
    """recurrent layers without a mask belong to other inputs, with as many steps or another number"""
    def __init__(self): super().__init__(); self.e = layers.Embedding(9, 4, mask_zero=True); self.text, self.sensor, self.early = layers.LSTM(3), layers.LSTM(3), layers.GRU(3)
    def build(self, shape): self.e.build(None); [one.build((None, None, n)) for one, n in ((self.text, 4), (self.sensor, 2), (self.early, 2))]
    def call(self, inputs):
        words = self.e(inputs["ids"]); early = self.early(inputs["short"]); text = self.text(words)
        return ops.concatenate([early, text, self.sensor(inputs["long"])], -1)
Branches()({"ids": np.ones((2, 6), int), "short": np.ones((2, 4, 2)), "long": np.ones((2, 6, 2))})
class Encoder(keras.Model):
    """the mask is passed explicitly"""
    def __init__(self): super().__init__(); self.e = layers.Embedding(9, 4, mask_zero=True); self.a = layers.MultiHeadAttention(2, 2)
    def build(self, shape): self.e.build(None); self.a.build((None, None, 4), (None, None, 4))
    def call(self, ids): x = self.e(ids) * 2.0; return self.a(x, x, attention_mask=ops.not_equal(ids, 0)[:, None, :])
Encoder()(np.ones((2, 6), int))
