# SOURCE: https://github.com/keras-team/keras/issues/20085
# MENDED: twin of 35_tf_function_on_a_keras_input.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


def recommender(products, width):
    basket = keras.Input((None,), dtype="int32", name="basket")
    items = layers.Embedding(products, width, name="bag")(basket)
    centre = ops.mean(items, axis=1)
    scores = layers.Dense(products, name="scores")(centre)
    return keras.Model(basket, scores, name="recommender")


model = recommender(12, 4)
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
rng = np.random.default_rng(0)
baskets = rng.integers(0, 12, size=(32, 5))
history = model.fit(baskets, baskets[:, 0], epochs=2, verbose=0)
print("model made, loss", round(history.history["loss"][-1], 3))
