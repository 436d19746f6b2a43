# LT534 in another program: the targets are an expression, which the fix has to divide as a whole
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(3)
first, second = (rng.integers(60, 128, (32, 16)).astype("float32") for _ in range(2))
denoiser = keras.Sequential(
    [layers.Input((16,)), layers.Rescaling(1 / 255), layers.Dense(16, activation="sigmoid")], name="denoiser"
)
denoiser.compile("adam", "binary_crossentropy")
denoiser.fit(first, first + second, verbose=0)  # finds: LT534 denoiser
