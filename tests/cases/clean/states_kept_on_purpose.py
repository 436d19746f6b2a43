# Stateful RNNs that go on with a series, that are reset before they begin again, and that generate
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
long = rng.normal(size=(1, 60, 1)).astype("float32")
memory = layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, None, 1)), memory, layers.Dense(1)])
model.compile("sgd", "mse")
for epoch in range(2):
    for start in range(0, 40, 10):
        model.train_on_batch(long[:, start:start + 10], long[:, start + 10])
    memory.reset_state()
model.predict(long[:, :40], verbose=0)
for start in range(40, 60, 5):  # it goes on where the last part ended
    model.predict(long[:, start:start + 5], verbose=0)

class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None): memory.reset_state()

model.fit(long, long[:, -1], epochs=3, batch_size=1, callbacks=[Reset()], verbose=0)
memory.reset_state()
once = model.predict(long, verbose=0)
memory.reset_state()
assert np.allclose(once, model.predict(long, verbose=0))
for _ in range(4):  # silence, and single steps, may come again
    model.predict(np.zeros((1, 10, 1), "float32"), verbose=0)
    model.predict(long[:, :1], verbose=0)

plain = keras.Sequential([keras.Input((None, 1)), layers.LSTM(4), layers.Dense(1)])
assert np.allclose(plain.predict(long, verbose=0), plain.predict(long, verbose=0))

class ResetEach(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None): memory.reset_state()

windows = rng.normal(size=(6, 10, 1)).astype("float32")
model.fit(windows, windows[:, -1], batch_size=1, callbacks=[ResetEach()], verbose=0)  # no state goes on
model.fit(windows, windows[:, -1], batch_size=1, shuffle=False, verbose=0)
side = keras.Sequential([keras.Input(batch_shape=(6, 10, 1)), layers.LSTM(4, stateful=True), layers.Dense(1)])
side.compile("sgd", "mse"); side.fit(windows, windows[:, -1], batch_size=6, epochs=2, verbose=0)  # one batch
both = np.concatenate([windows, windows]); side.fit(both, both[:, -1], batch_size=6, epochs=2, validation_split=0.5, verbose=0)
