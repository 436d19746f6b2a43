# Another program with LT501
import numpy as np, tensorflow as tf, keras
from keras import layers

class Reader(keras.Model):
    def __init__(self):
        super().__init__()
        self.plain, self.lossy = layers.GRU(2, return_sequences=True), layers.GRU(2, recurrent_dropout=0.4, name="lossy")
    def build(self, shape): self.plain.build(shape); self.lossy.build((*shape[:2], 2))
    def call(self, x): return self.lossy(self.plain(x))
reader, optimizer = Reader(), keras.optimizers.SGD()
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(reader(tf.ones((2, 4, 3))))  # finds: LT501 lossy
    optimizer.apply(tape.gradient(loss, reader.trainable_variables), reader.trainable_variables)
