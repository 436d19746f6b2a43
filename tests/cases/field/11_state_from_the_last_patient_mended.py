# SOURCE: https://github.com/keras-team/keras/issues/10231
# MENDED: twin of 11_state_from_the_last_patient.py, nothing is wrong here
# OUTCOME: silent
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
    forecaster.get_layer("memory").reset_state()
    forecaster.fit(series, series[:, -1], batch_size=1, epochs=1, verbose=0, shuffle=False)


def forecast(series):
    forecaster.get_layer("memory").reset_state()
    return float(forecaster.predict(series, batch_size=1, verbose=0)[0, 0])


one, two = forecast(patients[0]), forecast(patients[0])
print("first %.4f, again %.4f, difference %.4f" % (one, two, abs(one - two)))
