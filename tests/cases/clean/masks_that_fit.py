# Masking that looks for the value of the padding, and data without padding
import numpy as np, keras
from keras import layers

rng = np.random.default_rng(0)
series = [rng.uniform(size=(length, 2)) for length in rng.integers(3, 9, size=12)]

def trained(x, *first):
    model = keras.Sequential([keras.Input(x.shape[1:]), *first, layers.GRU(3), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, np.ones((len(x), 1)), verbose=0)

def padded(value): return keras.utils.pad_sequences(series, dtype="float32", value=value)

trained(padded(0.0), layers.Masking())
trained(padded(-10.0), layers.Masking(-10))
trained(padded(0.1), layers.Masking(0.1))
trained(255 * padded(0.0), layers.Rescaling(1 / 255), layers.Masking())
trained(rng.normal(size=(12, 9, 2)), layers.Masking())
trained(rng.integers(0, 2, size=(30, 9, 1)).astype("float32"), layers.Masking(-1.0))
trained(np.repeat(rng.normal(size=(12, 1, 2)), 9, axis=1), layers.Masking())
