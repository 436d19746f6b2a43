# Another program with LT612: https://github.com/tensorflow/tensorflow/issues/59041
"""Random Fourier features before a regression, saved and loaded."""

import os
import tempfile

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("dress")
class Projection(layers.Layer):
    """Projects to random directions that a subclass draws."""

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def get_config(self):
        return {**super().get_config(), "count": self.count}

    def build(self, shape):
        self.directions = self.draw((shape[-1], self.count))  # finds: LT612 fourier

    def call(self, x):
        angles = ops.matmul(x, self.directions)
        return ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1)


@keras.saving.register_keras_serializable("dress")
class FourierFeatures(Projection):
    def draw(self, shape):
        return np.random.normal(size=shape).astype("float32")


inputs = keras.Input((3,))
outputs = layers.Dense(1)(FourierFeatures(20, name="fourier")(inputs))
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(1e-2), "mse")
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = np.sin(x[:, :1])
model.fit(x, y, epochs=3, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    model.save(os.path.join(folder, "m.keras"))
    loaded = keras.models.load_model(os.path.join(folder, "m.keras"))
before, after = (np.array(each.get_layer("fourier").directions) for each in (model, loaded))
print(f"drawn: {bool(before.all())}, loaded as saved: {bool((before == after).all())}")
