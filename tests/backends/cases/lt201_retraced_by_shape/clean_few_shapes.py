"""Last batches, buckets, and sizes that were all met long before the end."""

import time

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((None, 4)), keras.layers.Dense(2)])
model.compile("sgd", "mse")


def rows(number, length=3):
    return np.ones((number, length, 4), "float32")


for number in range(9, 16):  # a last batch each
    model.fit(rows(number), rows(number)[..., :2], batch_size=8, verbose=0)
for size in (1, 2, 4, 8, 16, 32, 40):  # powers of two, and the longest
    model.predict(rows(2, size), verbose=0)


@jax.jit
def bucketed(x):
    return model(x).sum()


total = 0.0
for size in (8, 24, 16, 40, 32, 50):
    total += float(bucketed(rows(2, size)))


@jax.jit
def settled(x):
    return model(x).sum()


started = time.monotonic()
for number in (1, 2, 3, 5, 7, 6):
    total += float(settled(rows(number, 5)))
took = time.monotonic() - started
while time.monotonic() < started + 4 * took:
    for number in (1, 2, 3, 5, 7, 6):
        total += float(settled(rows(number, 5)))
print(total)
