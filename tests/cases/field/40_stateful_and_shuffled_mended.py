# SOURCE: https://github.com/keras-team/keras/issues/20327
# MENDED: twin of 40_stateful_and_shuffled.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

wave = np.sin(np.arange(161) / 5).astype("float32")
x = wave[:160].reshape(16, 10, 1)
y = wave[10::10][:16].reshape(16, 1)
reader = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), layers.LSTM(8, stateful=True), layers.Dense(1)], name="reader")
reader.compile("adam", "mse")
for epoch in range(3):
    reader.fit(x, y, batch_size=1, shuffle=False, verbose=0)
    reader.layers[0].reset_states()
