# SOURCE: https://github.com/tensorflow/tensorflow/issues/28748
# MENDED: twin of 59_heads_in_a_plain_object.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Towers(layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.user = layers.Dense(width, activation="relu", name="user_tower")
        self.item = layers.Dense(width, activation="relu", name="item_tower")

    def both(self, users, items):
        return ops.concatenate([self.user(users), self.item(items)], axis=-1)

    def build(self, input_shape):
        self.user.build((None, 3))
        self.item.build((None, 4))

    def call(self, pair):
        return self.both(*pair)


class Ranker(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.towers = Towers(6)
        self.score = layers.Dense(1, name="score")

    def call(self, pair):
        return self.score(self.towers(pair))


rng = np.random.default_rng(0)
users, items = rng.normal(size=(64, 3)).astype("float32"), rng.normal(size=(64, 4)).astype("float32")
ranker = Ranker(name="ranker")
ranker.compile("adam", "mse")
ranker.fit((users, items), users[:, :1] * items[:, :1], epochs=2, verbose=0)
print("parameters:", ranker.count_params())
