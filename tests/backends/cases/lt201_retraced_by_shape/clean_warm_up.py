"""A function is traced for all numbers of rows that it will be given, before it is used."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


@jax.jit
def forward(x):
    return model(x).sum()


def rows(number):
    return np.ones((number, 4), "float32")


for number in (1, 2, 3):
    forward(rows(number))
for number in (5, 6):
    forward(rows(number)).block_until_ready()
for number in (7, 9):
    jax.block_until_ready(forward(rows(number)))
print(sum(float(forward(rows(number))) for number in (1, 2, 3, 5, 6, 7, 9, 10, 11, 13)))
