# LT568 in another program: a dataset is shuffled before its windows are batched, for two stateful layers
import numpy as np, tensorflow as tf, keras
from keras import layers

steps = keras.Input(batch_shape=(2, 6, 1))
x = layers.LSTM(3, stateful=True, return_sequences=True, name="lower")(steps)
x = layers.LSTM(3, stateful=True, name="upper")(x)
pulse = keras.Model(steps, layers.Dense(1)(x), name="pulse")
pulse.compile(optimizer="adam", loss="mse")
beats = np.random.rand(12, 6, 1).astype("float32")
windows = tf.data.Dataset.from_tensor_slices((beats, beats[:, -1]))
training = windows.shuffle(12).batch(2, drop_remainder=True)
pulse.fit(training, epochs=2, verbose=0)  # finds: LT568 pulse
