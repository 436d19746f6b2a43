# SOURCE: https://github.com/keras-team/keras/issues/4756
# MENDED: twin of 78_stateful_lstm_never_reset.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
weeks = rng.normal(size=(32, 7, 2)).astype("float32")
demand = keras.Sequential([keras.Input(batch_shape=(8, 7, 2)), layers.LSTM(6, stateful=True, name="memory"),
                           layers.Dense(1, name="out")], name="demand")
demand.compile("adam", "mse")
demand.fit(weeks, weeks.mean(axis=(1, 2))[:, None], batch_size=8, epochs=3, shuffle=False, verbose=0)


def forecast(shops):
    demand.get_layer("memory").reset_states()
    return demand.predict(shops, batch_size=8, verbose=0)


once = forecast(weeks[:8])
twice = forecast(weeks[:8])
print("same forecast twice:", np.allclose(once, twice, atol=1e-6))
