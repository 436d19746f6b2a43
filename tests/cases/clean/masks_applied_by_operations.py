# Operations between layers of a functional model that use the mask, end the steps, or leave the mask where it is
import numpy as np, keras
from keras import layers, ops

ids = keras.Input((6,), dtype="int32")
look_up = layers.Embedding(10, 4, mask_zero=True)
words, bare = look_up(ids), layers.Embedding(10, 4)(ids)
is_word = ids != 0

def read(h, **given): return layers.LSTM(2)(h, **given)

class Doubled(layers.Layer):
    def call(self, x, mask=None): return 2.0 * x  # takes a mask to be called like others

every = ops.repeat(ops.cast(is_word, "float32")[..., None], 4, axis=-1)
scores = ops.where(is_word[..., None], layers.Dense(4)(words), -1e9)

tokens = keras.Input((6,), dtype="int32")
inner = keras.Model(tokens, layers.Embedding(10, 4, mask_zero=True)(tokens))  # its mask arrives when the model runs
outputs = [
    read(layers.Add()([words, inner(ids)])),
    read(words * ops.cast(is_word, "float32")[..., None]),  # padding is 0, which the program relies on
    read(layers.Multiply()([words, ops.cast(is_word, "float32")[..., None]])),
    read(ops.where(is_word[..., None], words, 0.0)),
    read(ops.cast(words, "float32")),  # returns the very tensor, with its mask
    read(words * 2.0, mask=look_up.compute_mask(ids)),
    read(layers.Add()([words, words])),
    read(layers.Concatenate()([words, bare])),
    read(bare + 1.0),
    read(ops.reshape(words, (-1, 24, 1))),  # the steps are letters now
    read(ops.transpose(words, (0, 2, 1))),
    layers.Dense(1)(ops.max(words * 2.0, axis=1)),
    layers.Attention()([words * 2.0, words]),  # the value has its mask
    layers.MultiHeadAttention(1, 4)(words * 2.0, words),
    layers.MultiHeadAttention(1, 4)(words + 1.0, words + 1.0, attention_mask=is_word[:, None, :]),
    layers.Conv1D(2, 2)(words * 2.0),
    layers.GlobalAveragePooling1D()(words * every),
    layers.GlobalAveragePooling1D()(words * ops.softmax(scores, axis=1)),
    Doubled()(ops.tanh(words)),
]
model = keras.Model(ids, outputs)
model.predict(np.array([[1, 2, 0, 0, 0, 0]]), verbose=0)
