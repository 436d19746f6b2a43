# SOURCE: https://github.com/tensorflow/tensorflow/issues/14405
# MENDED: twin of 01_softmax_before_with_logits.py, nothing is wrong here
# OUTCOME: silent
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
    out = layers.Dense(3, name="activity")(h)
    return keras.Model(inp, out, name="recognizer")


x, y = windows(128, np.random.default_rng(0))
model = recognizer()
model.compile(optimizer=keras.optimizers.Adam(0.1), loss=from_scores)
history = model.fit(x, y, batch_size=32, epochs=25, verbose=0)
right = (model.predict(x, verbose=0).argmax(axis=1) == y).mean()
print("loss", round(history.history["loss"][-1], 3), "right", round(float(right), 3))
