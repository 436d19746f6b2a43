# Softmax and sigmoid that are written out where probabilities are expected; and quotients that only look like them
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers, ops

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
kinds, spam = np.argmax(x[:, :3], axis=1), (x[:, :1] > 0).astype("float32")

class Net(keras.Model):
    def __init__(self, units, head): super().__init__(); self.a, self.b, self.head = layers.Dense(units), layers.Dense(units), head
    def call(self, x): return self.head(self.a(x), self.b(x))
def shares(z, axis=-1): e = ops.exp(z); return e / ops.sum(e, axis=axis, keepdims=True)
def chance(z): return 1 / (1 + ops.exp(-z))
def train(net, loss, y): net.compile("adam", loss); net.fit(x, y, verbose=0)

for_kinds, for_spam = keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)
train(Net(3, lambda a, b: shares(a + b)), "sparse_categorical_crossentropy", kinds)
train(Net(1, lambda a, b: chance(a + b)), "binary_crossentropy", spam)
train(Net(3, lambda a, b: ops.log(shares(a + b))), for_kinds, kinds)
train(Net(3, lambda a, b: a + b * shares(a) * chance(b)), for_kinds, kinds)
# over the steps, not over the classes
steps = lambda a, b: ops.reshape(shares(ops.reshape(a + b, (-1, 4, 3)), axis=1), (-1, 12))
train(Net(12, steps), for_kinds, kinds)
# divided by the sum of others, and a quotient without a power
train(Net(3, lambda a, b: ops.exp(a) / ops.sum(ops.exp(b), axis=-1, keepdims=True)), for_kinds, kinds)
train(Net(1, lambda a, b: 1 / (1 + ops.square(a + b))), for_spam, spam)
