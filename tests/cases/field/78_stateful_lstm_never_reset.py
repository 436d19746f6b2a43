# SOURCE: https://github.com/keras-team/keras/issues/4756
# SYMPTOM: predict gives other values for the same sequence the second time; the LSTM is stateful
# CULPRIT: memory
# LINE: 22
# FIX: reset the state before an independent sequence: model.get_layer("memory").reset_states()
# OUTCOME: silent
# IDEAL: memory is stateful and starts the second predict with the state that the first left; nothing resets it between independent sequences.
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
    return demand.predict(shops, batch_size=8, verbose=0)


once = forecast(weeks[:8])
twice = forecast(weeks[:8])
print("same forecast twice:", np.allclose(once, twice, atol=1e-6))
