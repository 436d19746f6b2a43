# LT521 in another program: metrics of one's own count in a tf.Variable, one of them for each class, on all data
import numpy as np, tensorflow as tf, keras
from keras import layers

class Confident(keras.metrics.Metric):
    """Counts the rows with a probability above one half."""
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rows = tf.Variable(0.0, trainable=False)  # finds: LT521 sorter
    def update_state(self, y, p, sample_weight=None): self.rows.assign_add(tf.reduce_sum(tf.cast(tf.reduce_max(p, axis=1) > 0.5, "float32")))
    def result(self): return self.rows
class PerClass(keras.metrics.Metric):
    """Counts the predictions of each class."""
    def __init__(self, classes, **kwargs):
        super().__init__(**kwargs)
        self.counts = tf.Variable(tf.zeros([classes]), trainable=False)  # finds: LT521 sorter
    def update_state(self, y, p, sample_weight=None):
        self.counts.assign_add(tf.reduce_sum(tf.one_hot(tf.argmax(p, axis=1), self.counts.shape[0]), axis=0))
    def result(self): return tf.reduce_max(self.counts) / tf.reduce_sum(self.counts)
sorter = keras.Sequential([keras.Input((2,)), layers.Dense(2, activation="softmax")], name="sorter")
sorter.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", Confident(name="confident"), PerClass(2, name="per_class")])
sorter.fit(np.eye(2).repeat(4, 0), np.arange(8) % 2, batch_size=4, epochs=2, verbose=0)
sorter.evaluate(np.eye(2), np.arange(2), verbose=0)
