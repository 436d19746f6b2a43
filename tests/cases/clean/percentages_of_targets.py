# Percentage errors of targets that are not 0, or whose rows or steps have no weight or are masked, and another
# loss of zeros
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).uniform(1, 2, size=(40, 3)).astype("float32")
open_days = np.arange(40) % 7 > 0
for loss, y, weights in (
    ("mape", x[:, :1], None),
    ("mape", x[:, 0] * open_days, open_days.astype("float32")),
    ("msle", x[:, :1] * open_days[:, None], None),
):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("adam", loss)
    model.fit(x, y, sample_weight=weights, epochs=1, verbose=0)

steps = np.random.default_rng(1).uniform(1, 2, size=(40, 6, 3)).astype("float32")
known = np.arange(6) < np.arange(40)[:, None] % 5 + 2
totals = (steps.sum(axis=-1) * known)[..., None]
for masking, weights in ([], known.astype("float32")), ([layers.Masking(0.0)], None):
    model = keras.Sequential([keras.Input((6, 3)), *masking, layers.LSTM(4, return_sequences=True), layers.Dense(1)])
    model.compile("adam", keras.losses.MeanAbsolutePercentageError())
    model.fit(steps * known[..., None], totals, sample_weight=weights, verbose=0)
