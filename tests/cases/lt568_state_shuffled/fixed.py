# LT568 fixed
import numpy as np, keras
from keras import layers

wave = np.sin(np.arange(161) / 5).astype("float32")
x, y = wave[:160].reshape(16, 10, 1), wave[10::10][:16].reshape(16, 1)
memory = layers.LSTM(4, stateful=True, name="memory")
reader = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), memory, layers.Dense(1)], name="reader")
reader.compile("adam", "mse")
for epoch in range(2):
    reader.fit(x, y, batch_size=1, verbose=0, shuffle=False)
    memory.reset_state()
