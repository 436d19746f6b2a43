import numpy as np, tensorflow as tf, keras
from keras import layers

class Tied(keras.Model):
    def __init__(self):
        super().__init__(); self.embedding = layers.Embedding(10, 4); self.mix = layers.Dense(4)
    def build(self, shape): self.embedding.build(shape); self.mix.build((None, 4))
    def call(self, tokens): return keras.ops.matmul(self.mix(self.embedding(tokens)), keras.ops.transpose(self.embedding.embeddings))
model = Tied(); model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(np.ones((4, 3), "int32"), np.ones((4, 3), "int32"), verbose=0)
shared = layers.Dense(3); a, b = keras.Input((2,)), keras.Input((2,))
keras.Model([a, b], layers.Add()([shared(a), shared(b)]))
