# SOURCE: https://github.com/keras-team/keras/issues/10231
# SYMPTOM: predict on the very same series a second time gives another answer
# CULPRIT: memory
# LINE: 26
# FIX: forecaster.get_layer("memory").reset_state() before each new series (or stateful=False)
# OUTCOME: silent
# IDEAL: memory (LSTM, stateful) went through 7 series and its state was never reset: each series starts with the state the one before has left.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(2)

forecaster = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)),
                               layers.LSTM(6, stateful=True, name="memory"),
                               layers.Dense(1, name="next")], name="forecaster")
forecaster.compile(optimizer="adam", loss="mse")

rng = np.random.default_rng(0)
patients = [np.cumsum(rng.normal(size=(1, 10, 1)), axis=1).astype("float32") for _ in range(5)]
for series in patients:
    forecaster.fit(series, series[:, -1], batch_size=1, epochs=1, verbose=0, shuffle=False)


def forecast(series):
    return float(forecaster.predict(series, batch_size=1, verbose=0)[0, 0])


one, two = forecast(patients[0]), forecast(patients[0])
print("first %.4f, again %.4f, difference %.4f" % (one, two, abs(one - two)))
