"""A callback on torch validates with the weights of a file."""

import tempfile
from pathlib import Path

import keras
import torch


class FromFile(keras.callbacks.Callback):
    def on_test_begin(self, logs=None):
        self.model.load_weights(file)  # finds: LT571 pilot


pilot = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="pilot")
pilot.compile("sgd", "mse")
file = str(Path(tempfile.mkdtemp()) / "pilot.weights.h5")
pilot.save_weights(file)
x = torch.randn(8, 3)
pilot.fit(x, x[:, :1], epochs=2, verbose=0, validation_data=(x, x[:, :1]), callbacks=[FromFile()])
