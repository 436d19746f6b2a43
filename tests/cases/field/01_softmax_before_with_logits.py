# SOURCE: https://github.com/tensorflow/tensorflow/issues/14405
# SYMPTOM: three classes that are easy to tell apart; the loss gets stuck at 0.55 and never comes near zero, and nothing is said
# CULPRIT: activity
# LINE: 32
# FIX: leave softmax out of the last layer (the loss applies it), or use sparse_categorical_crossentropy
# OUTCOME: silent
# IDEAL: activity (Dense) ends in softmax, and the loss from_scores applies softmax to it once more (softmax_cross_entropy_with_logits): the loss cannot fall under 0.55 for 3 classes.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(3)


def windows(n, rng):
    kind = rng.integers(0, 3, size=n)
    signal = rng.normal(scale=0.1, size=(n, 12, 2)).astype("float32")
    signal[:, :, 0] += kind[:, None] - 1.0
    return signal, kind


def from_scores(truth, scores):
    truth = tf.cast(tf.reshape(truth, [-1]), tf.int32)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=truth, logits=scores)


def recognizer():
    inp = keras.Input((12, 2))
    h = layers.Conv1D(8, 3, activation="relu", name="filters")(inp)
    h = layers.GlobalAveragePooling1D(name="pool")(h)
    out = layers.Dense(3, activation="softmax", name="activity")(h)
    return keras.Model(inp, out, name="recognizer")


x, y = windows(128, np.random.default_rng(0))
model = recognizer()
model.compile(optimizer=keras.optimizers.Adam(0.1), loss=from_scores)
history = model.fit(x, y, batch_size=32, epochs=25, verbose=0)
right = (model.predict(x, verbose=0).argmax(axis=1) == y).mean()
print("loss", round(history.history["loss"][-1], 3), "right", round(float(right), 3))
