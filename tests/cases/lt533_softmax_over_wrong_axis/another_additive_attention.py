# "The attention weights are all 1" (https://github.com/keras-team/keras/issues/4962)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)

class Attention(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.W, self.V = layers.Dense(units), layers.Dense(1)
    def call(self, steps):
        score = self.V(tf.nn.tanh(self.W(steps)))
        weights = tf.nn.softmax(score, axis=-1)  # finds: LT533 attention
        return tf.reduce_sum(weights * steps, axis=1)

class Gate(layers.Layer):
    def build(self, shape):
        self.point = self.add_weight(shape=(shape[-1], 1), name="point")
        self.bias = self.add_weight(shape=(shape[1], 1), name="bias")
    def call(self, steps):
        scores = tf.tanh(tf.matmul(steps, self.point) + self.bias)
        return steps * tf.nn.softmax(scores, axis=-1)  # finds: LT533 gate

class Similarity(layers.Layer):
    def call(self, steps):
        scores = tf.reduce_sum(steps * steps[:, :1], axis=-1, keepdims=True)
        return steps * tf.nn.softmax(scores, axis=-1)  # finds: LT533 similarity

model = keras.Sequential([
    keras.Input((7, 3)), Gate(name="gate"), Similarity(name="similarity"), Attention(4, name="attention"),
    layers.Dense(1),
])
model.compile("adam", "mse")
rows = np.random.default_rng(0).normal(size=(16, 7, 3)).astype("float32")
model.fit(rows, rows[:, 0, :1], verbose=0)
