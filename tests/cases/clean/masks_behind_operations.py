# Clean: operations drop masks in functional models, and the layers behind them get the mask by hand, need none, or
# have as many steps by chance
import keras
import numpy as np
from keras import layers, ops

tokens = keras.Input((6,), dtype="int32")
embed = layers.Embedding(20, 4, mask_zero=True)
scaled = embed(tokens) * 2.0
mask = ops.not_equal(tokens, 0)
attended = layers.MultiHeadAttention(2, 2)(scaled, scaled, attention_mask=mask[:, None, :])
read = layers.GRU(3)(scaled, mask=mask)
pooled = ops.sum(scaled * ops.cast(mask[:, :, None], "float32"), axis=1)
halves = layers.LSTM(3)(ops.reshape(scaled, (-1, 3, 8)))
kept = layers.LSTM(3)(layers.Activation("tanh")(embed(tokens)))
outputs = layers.Concatenate()([layers.Flatten()(attended), read, layers.Dense(2)(pooled), halves, kept])
model = keras.Model(tokens, layers.Dense(1)(outputs))
model.compile("sgd", "mse")
model.fit(np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 9]]), np.ones((2, 1)), verbose=0)
