# SOURCE: https://github.com/tensorflow/tensorflow/issues/36250
# SYMPTOM: the counts of one's own recall metric go on from epoch to epoch and from fit into evaluate: more positives than there are rows
# CULPRIT: caught
# LINE: 21
# FIX: self.hits = self.add_weight(...) / add_variable instead of tf.Variable, so that reset_state finds them
# OUTCOME: silent
# IDEAL: caught (Caught) keeps its count in tf.Variables that Keras does not track: reset_state resets 0 variables, and the value is over all epochs.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Caught(keras.metrics.Metric):
    """How many of the positives were found."""

    def __init__(self, name="caught", **kwargs):
        super().__init__(name=name, **kwargs)
        self.positives = tf.Variable(0.0, trainable=False)
        self.found = tf.Variable(0.0, trainable=False)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(y_true, "float32")
        self.positives.assign(self.positives + tf.reduce_sum(y_true))
        self.found.assign(self.found + tf.reduce_sum(y_true * tf.round(y_pred)))

    def result(self):
        return self.found / tf.maximum(self.positives, 1.0)


rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = (x[:, :1] > 0.3).astype("float32")
caught = Caught()
detector = keras.Sequential([keras.Input((3,)), layers.Dense(6, activation="relu"),
                             layers.Dense(1, activation="sigmoid")], name="detector")
detector.compile(optimizer="adam", loss="binary_crossentropy", metrics=[caught])
detector.fit(x, y, epochs=3, batch_size=16, verbose=0)
detector.evaluate(x, y, batch_size=16, verbose=0)
print("positives in y:", int(y.sum()), "positives counted:", int(caught.positives))
