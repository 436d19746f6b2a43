# "The LSTM behind my sensors learns nothing" (https://stackoverflow.com/questions/48139222)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
CHANNELS, STEPS = 4, 25
x = np.cumsum(np.random.default_rng(0).normal(size=(64, CHANNELS, STEPS)), axis=2).astype("float32")
signals = keras.Input((CHANNELS, STEPS))
h = layers.Reshape((STEPS, CHANNELS), name="turn")(signals)  # finds: LT317 turn
model = keras.Model(signals, layers.Dense(1)(layers.LSTM(8)(h)))
model.compile("adam", "mse")
model.fit(x, x[:, 0, -1:], verbose=0)
turned = keras.Model(signals, model.get_layer("turn").output).predict(x, verbose=0)
print("steps stay together:", bool((turned[:, 3] == x[:, :, 3]).all()))
