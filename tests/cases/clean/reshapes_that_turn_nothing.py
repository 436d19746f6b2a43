# Reshapes that turn no axis: axes of size 1, other sizes, one before a Flatten; and a class of that name
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Reshape(layers.Layer):
    def call(self, x):
        return keras.ops.transpose(x, (0, 2, 1))

x = np.random.default_rng(0).normal(size=(16, 12)).astype("float32")
model = keras.Sequential([
    keras.Input((12,)),
    layers.Reshape((12, 1)),
    layers.Reshape((1, 12)),
    layers.Reshape((3, 4, 1)),
    layers.Reshape((1, 3, 4)),
    layers.Reshape((3, 4)),
    layers.Reshape((3, 4)),
    Reshape(),
    layers.Reshape((2, 6)),
    layers.Flatten(),
    layers.Dense(1),
])
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)

flat = keras.Sequential([keras.Input((4, 25)), layers.Reshape((25, 4)), layers.Flatten(), layers.Dense(1)])
flat.compile("adam", "mse")
flat.fit(np.ones((8, 4, 25)), np.ones((8, 1)), verbose=0)
