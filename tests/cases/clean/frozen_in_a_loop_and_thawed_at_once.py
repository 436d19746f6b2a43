# A base is frozen in a loop and unfrozen at once, another is frozen twice and unfrozen in a loop; an embedding
# that was created frozen is unfrozen for fine tuning: each is meant.
import numpy as np
import keras
from keras import layers


def network():
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(3, name="b")], name="base")
    return base, keras.Sequential([keras.Input((4,)), base, layers.Dense(1, name="head")])


x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
base, model = network()
for layer in base.layers:
    layer.trainable = False
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)
base.trainable = True
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)

base, model = network()
for layer in base.layers:
    layer.trainable = False
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)
for layer in base.layers:
    layer.trainable = False
for layer in base.layers:
    layer.trainable = True
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)

words = keras.Sequential(
    [keras.Input((3,)), layers.Embedding(5, 2, trainable=False), layers.Flatten(), layers.Dense(1)]
)
ids = np.arange(12).reshape(4, 3) % 5
words.compile("adam", "mse")
words.fit(ids, np.ones((4, 1)), verbose=0)
words.trainable = True
words.compile("adam", "mse")
words.fit(ids, np.ones((4, 1)), verbose=0)

generator = keras.Sequential([keras.Input((2,)), layers.Dense(4, name="fake")], name="generator")
critic = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)], name="critic")
for _ in range(2):
    critic.trainable = True
    critic.compile("adam", "mse")
    critic.fit(x, np.ones((8, 1)), verbose=0)
    critic.trainable = False
    both = keras.Sequential([keras.Input((2,)), generator, critic])
    both.compile("adam", "mse")
    both.fit(x[:, :2], np.ones((8, 1)), verbose=0)
