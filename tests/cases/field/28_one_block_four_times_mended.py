# SOURCE: https://github.com/tensorflow/tensorflow/issues/30091
# MENDED: twin of 28_one_block_four_times.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Residual(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(width, activation="relu")

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        return x + self.inner(x)


class Deep(keras.Model):
    def __init__(self, width, depth, **kwargs):
        super().__init__(**kwargs)
        self.enter = layers.Dense(width, name="enter")
        self.blocks = [Residual(width, name=f"block_{i}") for i in range(depth)]
        self.leave = layers.Dense(1, name="leave")

    def call(self, x):
        h = self.enter(x)
        for block in self.blocks:
            h = block(h)
        return self.leave(h)


deep = Deep(8, 4, name="deep")
deep.compile(optimizer="adam", loss="mse")
x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
deep.fit(x, x[:, :1], epochs=2, verbose=0)
print("blocks 4, parameters in blocks", sum(int(np.prod(w.shape)) for w in deep.weights) - 8 * 4 - 9)
