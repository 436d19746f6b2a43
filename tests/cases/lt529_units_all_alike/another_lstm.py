# Both kernels of an LSTM are constants; in each gate the units are equal.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

model = keras.Sequential([
    keras.Input((5, 3)),
    layers.LSTM(4, kernel_initializer=keras.initializers.Constant(0.1), recurrent_initializer="zeros", name="reader"),  # finds: LT529 reader
    layers.Dense(1, kernel_initializer="ones"),
])
model.compile("adam", "mse")
x = np.random.default_rng(3).normal(size=(64, 5, 3)).astype("float32")
model.fit(x, x.sum(axis=(1, 2)), epochs=3, verbose=0)
