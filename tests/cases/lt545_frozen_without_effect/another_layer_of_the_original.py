# One layer of the original is frozen, after the model was rebuilt from its config, and trained in a loop.
import numpy as np
import keras
from keras import layers

original = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="words"), layers.Dense(1, name="score")], name="ranker")
rebuilt = keras.Sequential.from_config(original.get_config())
rebuilt.set_weights(original.get_weights())
original.get_layer("words").trainable = False  # finds: LT545 words
x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
rebuilt.compile("sgd", "mse")
for _ in range(2):
    rebuilt.train_on_batch(x, x[:, :1])
