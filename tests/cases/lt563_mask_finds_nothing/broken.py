# A Masking for 0 and series padded with -1: https://github.com/keras-team/keras-contrib/issues/553
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
series = [rng.uniform(size=(length, 2)) for length in rng.integers(3, 9, size=12)]

def padded(length):
    return keras.utils.pad_sequences(series, maxlen=length, dtype="float32", padding="post", value=-1.0)

net = keras.Sequential([
    keras.Input((None, 2)),
    layers.Masking(name="skip"),  # finds: LT563 skip
    layers.LSTM(4),
    layers.Dense(1),
])
net.compile("adam", "mse")
net.fit(padded(8), np.ones((12, 1)), verbose=0)
short, long = net.predict(padded(8), verbose=0), net.predict(padded(14), verbose=0)
print("more padding changes nothing:", np.allclose(short, long, atol=1e-5))
