# SOURCE: https://github.com/keras-team/keras/issues/11736
# MENDED: twin of 22_dense_made_in_call.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Block(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.hidden = layers.Dense(width, activation="relu")

    def call(self, x):
        h = self.hidden(x)
        return x + h if x.shape[-1] == self.width else h


class Ranker(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.block = Block(4, name="block")
        self.top = layers.Dense(1, name="top")

    def call(self, x):
        return self.top(self.block(x))


rng = np.random.default_rng(0)
x = rng.normal(size=(32, 4)).astype("float32")
ranker = Ranker(name="ranker")
ranker.compile(optimizer="adam", loss="mse", run_eagerly=True)
ranker.fit(x, x[:, :1] ** 2, epochs=2, batch_size=16, verbose=0)
one, two = ranker.predict(x, verbose=0), ranker.predict(x, verbose=0)
print("weights", len(ranker.weights), "two predicts differ by", round(float(np.abs(one - two).max()), 4))
