# LT502 in another program: the layer with the embedding is inside a subclassed model
import numpy as np, keras
from keras import layers

class Front(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.look_up = layers.Embedding(9, 4, mask_zero=True); self.norm = layers.LayerNormalization()
    def call(self, tokens):
        return self.norm(self.look_up(tokens) * 2.0)  # finds: LT502 front
class Reader(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.front, self.attend, self.out = Front(name="front"), layers.MultiHeadAttention(1, 4), layers.Dense(1)
    def call(self, tokens):
        h = self.front(tokens)
        return self.out(self.attend(h, h)[:, 0])
reader = Reader(name="reader"); reader.compile("adam", "mse")
reader.fit(np.array([[3, 4, 0], [5, 0, 0]]), np.ones((2, 1)), verbose=0)
