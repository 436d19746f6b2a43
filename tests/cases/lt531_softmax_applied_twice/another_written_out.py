# LT531 in another program: softmax and sigmoid are written out in call, where no loss can undo them
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")

class Kinds(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.scores = layers.Dense(3)
    def call(self, x):
        z = self.scores(x)
        e = ops.exp(z - ops.max(z, axis=-1, keepdims=True))
        return e / ops.sum(e, axis=-1, keepdims=True)
class Spam(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.score = layers.Dense(1)
    def call(self, x): return 1.0 / (1.0 + tf.exp(-self.score(x)))
kinds, spam = Kinds(name="kinds"), Spam(name="spam")
kinds.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
kinds.fit(x, np.argmax(x[:, :3], axis=1), verbose=0)  # finds: LT531 kinds
spam.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
spam.fit(x, (x[:, :1] > 0).astype("float32"), verbose=0)  # finds: LT531 spam
