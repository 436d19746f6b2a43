"""A program calls its own shape `input_shape`, as `build` of a layer of Keras calls its parameter."""

import keras
import numpy as np
from keras import layers

input_shape = (8, 8, 1)
model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(4, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.ones((6, *input_shape), "float32"), np.zeros(6), batch_size=2, verbose=0)


def branch(input_shape):
    """Build the layers of Keras on the line that names the shape."""
    return keras.Sequential([layers.InputLayer(shape=input_shape), layers.LSTM(4), layers.Dense(2)])


print(branch((5, 3))(np.ones((2, 5, 3), "float32")).shape)


class Scaled(layers.Layer):
    """Makes weights of shapes whose names are those of other parameters."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.dense = layers.Dense(shape[-1])

    def build(self, input_shape):
        self.dense.build(input_shape)
        shape = self.shape
        self.scale = self.add_weight(shape=shape, initializer="ones")
        self.shift = self.add_weight(shape=(input_shape[-1],), initializer="zeros")

    def call(self, x):
        return self.dense(x + self.shift) * self.scale


print(Scaled((4,))(np.ones((2, 3), "float32")).shape)
