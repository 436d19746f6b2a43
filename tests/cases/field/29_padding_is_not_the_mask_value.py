# SOURCE: https://github.com/keras-team/keras-contrib/issues/553
# SYMPTOM: Masking in front of the LSTM, and two paddings of the same series give two answers
# CULPRIT: skip_padding
# LINE: 24
# FIX: layers.Masking(mask_value=-1.0), the value the series are padded with
# OUTCOME: silent
# IDEAL: skip_padding (Masking) looks for steps that are all 0.0, and found none in 96 steps: the series are padded with -1.0.
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
h = layers.Masking(name="skip_padding")(inp)
h = layers.LSTM(6, name="memory")(h)
model = keras.Model(inp, layers.Dense(1, name="next")(h), name="lengths")
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
model.fit(padded(series, 8), target, epochs=4, verbose=0)
short, long = model.predict(padded(series, 8), verbose=0), model.predict(padded(series, 14), verbose=0)
print("the length of the padding changes the answers by", round(float(np.abs(short - long).max()), 4))
