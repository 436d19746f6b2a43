"""Programs that several tests run, and what they print; and the mark of tests on torch."""

import importlib.util

import pytest

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch, as in .ci/run"
)

NET = """
import keras
import numpy as np


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)
        self.dropout = keras.layers.Dropout(0.5)
        self.normalization = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        return self.normalization(self.dropout(self.dense(x), training=training), training=training)


def fitted():
    net = Net()
    net.compile("adam", "mse")
    history = net.fit(np.ones((10, 4)), np.ones((10, 3)), batch_size=4, epochs=2, verbose=0)
    return net, history.history["loss"]
"""


def printed(done):
    """Return what a program printed; fail if it did not end well."""
    assert done.returncode == 0, done.stderr
    return done.stdout
