# Not LT502: the layers return the mask that is made inside, need none after it, or use it themselves.
import numpy as np, keras
from keras import layers, ops

class Embed(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.words = layers.Embedding(9, 4, mask_zero=True); self.places = layers.Embedding(3, 4)
    def call(self, ids): return self.words(ids) + self.places(ops.arange(3))
    def compute_mask(self, ids, mask=None): return self.words.compute_mask(ids)

class Read(layers.Layer):  # its own LSTM has the mask
    def __init__(self, **kw): super().__init__(**kw); self.words = layers.Embedding(9, 4, mask_zero=True); self.lstm = layers.LSTM(4, return_sequences=True)
    def call(self, ids): return self.lstm(self.words(ids))

class Bag(layers.Layer):  # nothing after it has steps
    def __init__(self, **kw): super().__init__(**kw); self.words = layers.Embedding(9, 4, mask_zero=True)
    def call(self, ids): return ops.sum(self.words(ids) * ops.cast(ids > 0, "float32")[..., None], axis=1)

ids = np.array([[3, 4, 0], [5, 0, 0]])
for first, rest in ((Embed(), [layers.LSTM(3)]), (Read(), [layers.GlobalMaxPooling1D()]), (Bag(), []), (Embed(), [layers.Dense(2), layers.GlobalAveragePooling1D()])):
    model = keras.Sequential([keras.Input((3,), dtype="int32"), first, *rest, layers.Dense(1)])
    model.compile("adam", "mse"); model.fit(ids, np.ones((2, 1)), verbose=0)
