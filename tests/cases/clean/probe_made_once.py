# The twin of lt203_function_recreated/another_probe_for_each_batch.py without the mistake.
"""Collects the activations of an inner layer, batch by batch."""

import keras
import numpy as np
from keras import layers


def classifier():
    inputs = keras.Input((12,))
    x = layers.Dense(16, activation="relu", name="first")(inputs)
    x = layers.Dense(8, activation="relu", name="code")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x), name="classifier")


def features(probe, batch):
    return probe.predict(batch, verbose=0)


def collect(model, batches):
    table = []
    probe = keras.Model(model.input, model.get_layer("code").output)
    for batch in batches:
        table.append(features(probe, batch))
    return np.concatenate(table)


rng = np.random.default_rng(0)
x = rng.normal(size=(96, 12)).astype("float32")
y = rng.integers(0, 3, size=96)
model = classifier()
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
codes = collect(model, np.split(x, 6))
print(codes.shape)
