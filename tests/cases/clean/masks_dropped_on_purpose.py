import numpy as np, keras
from keras import layers, ops

class Filled(layers.Layer):
    """gives padding a value of its own, so that no step is to be skipped from here on"""
    def build(self, shape): self.filler = self.add_weight(shape=shape[-1:], name="filler")
    def compute_mask(self, inputs, previous_mask=None): return None
    def call(self, x): return ops.where(ops.all(x == 0, -1, keepdims=True), self.filler, x)
ids = keras.Input((5,), dtype="int32")
words = layers.Embedding(10, 4, mask_zero=True)(ids)
model = keras.Model(ids, layers.LSTM(3)(Filled()(words)))
model.predict(np.ones((2, 5)), verbose=0)
class Tagger(keras.Model):
    def __init__(self): super().__init__(); self.words, self.filled, self.lstm = layers.Embedding(10, 4, mask_zero=True), Filled(), layers.LSTM(3)
    def build(self, shape): self.words.build(None); self.filled.build((None, None, 4)); self.lstm.build((None, None, 4))
    def call(self, ids): return self.lstm(self.filled(self.words(ids)))
tagger = Tagger(); tagger(np.ones((2, 5), "int32"))
