# SOURCE: https://github.com/tensorflow/tensorflow/issues/28748
# SYMPTOM: the towers are kept in a small class of one's own; the summary counts too few parameters, and fit trains only the last layer
# CULPRIT: user_tower
# LINE: 15
# FIX: let the holder be a keras.layers.Layer (with super().__init__()), or keep the layers on the model itself
# OUTCOME: silent
# IDEAL: user_tower and item_tower are used by ranker, but sit in a Towers object that is not a Layer: Keras does not track them, and their weights are not trained or saved.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Towers:
    def __init__(self, width):
        self.user = layers.Dense(width, activation="relu", name="user_tower")
        self.item = layers.Dense(width, activation="relu", name="item_tower")

    def both(self, users, items):
        return ops.concatenate([self.user(users), self.item(items)], axis=-1)


class Ranker(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.towers = Towers(6)
        self.score = layers.Dense(1, name="score")

    def call(self, pair):
        return self.score(self.towers.both(*pair))


rng = np.random.default_rng(0)
users, items = rng.normal(size=(64, 3)).astype("float32"), rng.normal(size=(64, 4)).astype("float32")
ranker = Ranker(name="ranker")
ranker.compile("adam", "mse")
ranker.fit((users, items), users[:, :1] * items[:, :1], epochs=2, verbose=0)
print("parameters:", ranker.count_params())
