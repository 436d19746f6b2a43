# SOURCE: https://github.com/keras-team/keras-contrib/issues/553
# MENDED: twin of 29_padding_is_not_the_mask_value.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


def padded(series, length):
    return keras.utils.pad_sequences(series, maxlen=length, dtype="float32", padding="post", value=-1.0)


rng = np.random.default_rng(0)
series = [rng.uniform(size=(n, 2)) for n in rng.integers(3, 9, size=12)]
target = np.array([s[-1].sum() for s in series], "float32")[:, None]

inp = keras.Input((None, 2))
h = layers.Masking(mask_value=-1.0, name="skip_padding")(inp)
h = layers.LSTM(6, name="memory")(h)
model = keras.Model(inp, layers.Dense(1, name="next")(h), name="lengths")
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
model.fit(padded(series, 8), target, epochs=4, verbose=0)
short, long = model.predict(padded(series, 8), verbose=0), model.predict(padded(series, 14), verbose=0)
print("the length of the padding changes the answers by", round(float(np.abs(short - long).max()), 4))
