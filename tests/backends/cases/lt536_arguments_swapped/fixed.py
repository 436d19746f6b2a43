"""A function passes the outputs first to crossentropies of torch; a teacher's outputs have no gradient."""

import keras
import numpy as np
import torch

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = rng.integers(0, 3, 96)
x = (rng.normal(size=(96, 5)) + 2 * np.eye(3, 5)[labels]).astype("float32")
y = np.eye(3)[labels].astype("float32")
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(16), keras.layers.Dense(3)], name="net")
cross_entropy = torch.nn.CrossEntropyLoss()
model.compile(optimizer="adam", loss=lambda y, y_pred: cross_entropy(y_pred, y))
model.fit(x, y, batch_size=32, verbose=0)


def reverse(y, y_pred):
    """Return the crossentropy of a student, relative to a teacher's probabilities: this order is meant."""
    return cross_entropy(torch.log(y * 0.98 + 0.01), torch.softmax(y_pred, dim=-1))


model.compile(optimizer="adam", loss=reverse)
model.fit(x, y, batch_size=32, verbose=0)


def reverse_of_keras(y, y_pred):
    """Return the same by Keras's own function: a teacher's probabilities are no targets."""
    return keras.losses.categorical_crossentropy(keras.ops.softmax(y_pred), y * 0.98 + 0.01)


model.compile(optimizer="adam", loss=reverse_of_keras)
model.fit(x, y, batch_size=32, verbose=0)
model.compile(optimizer="adam", loss=keras.losses.CategoricalCrossentropy(from_logits=True))
model.fit(x, y, batch_size=32, verbose=0)
model.evaluate(x, y, verbose=0)
model.compile(optimizer="adam", loss=torch.nn.MSELoss())  # the same in both orders
model.fit(x, y, batch_size=32, verbose=0)
