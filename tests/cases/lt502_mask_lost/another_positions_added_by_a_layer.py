# LT502 in another program: `Add` is a layer, but the positions have no mask, so the sum has none
import numpy as np, keras
from keras import layers, ops

look_up, places = layers.Embedding(9, 4, mask_zero=True, name="words"), layers.Embedding(4, 4)
ids = keras.Input((4,), dtype="int32")
h = layers.Add()([look_up(ids), places(ops.arange(4)[None])])
h = layers.MultiHeadAttention(1, 4, name="attention")(h, h)  # finds: LT502 attention
model = keras.Model(ids, layers.GlobalMaxPooling1D()(h))
print("output:", model(np.array([[1, 2, 0, 0]])).shape)
