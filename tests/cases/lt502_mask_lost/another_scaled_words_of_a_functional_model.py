# LT502 in another program: the embedding is scaled by an operator between two layers of a functional model
import numpy as np, keras
from keras import layers

ids = keras.Input((None,), dtype="int32")
words = layers.Embedding(9, 4, mask_zero=True, name="words")(ids)
h = layers.LayerNormalization()(words * 4 ** 0.5)
h = layers.Bidirectional(layers.LSTM(3), name="both")(h)  # finds: LT502 both
model = keras.Model(ids, h)
short, padded = model(np.array([[1, 2]])), model(np.array([[1, 2, 0, 0]]))
print("padding changes nothing:", np.allclose(short, padded))
