# LT502 in another program: `lstm.call(x)` runs past Keras, which would pass the mask on
import numpy as np, keras
from keras import layers

class Reader(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding, self.lstm = layers.Embedding(9, 4, mask_zero=True, name="words"), layers.LSTM(3, name="reader_lstm")
    def build(self, shape): self.embedding.build(shape); self.lstm.build((*shape, 4))
    def call(self, tokens):
        x = self.embedding(tokens)
        return self.lstm.call(x)  # finds: LT502 reader_lstm
reader = Reader()
short, padded = reader(np.array([[1, 2]])), reader(np.array([[1, 2, 0, 0]]))
print("padding changes nothing:", np.allclose(short, padded))
