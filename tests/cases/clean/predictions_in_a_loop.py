# Not LT520: each turn has another input, the answers are not collected, or dropout is on.
import time
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.ones((8, 3), "float32")
model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.4), layers.Dense(1)])
parts = [model.predict(part, verbose=0) for part in np.split(x, 2)]
for _ in range(3): model.predict(x, verbose=0)  # how long it takes
batches = [model(x[start:start + 4]) for start in (0, 4)]
samples = np.stack([model(x, training=True) for _ in range(3)])
seconds = []
for _ in range(3):
    started = time.perf_counter(); model.predict(x, verbose=0); seconds.append(time.perf_counter() - started)
state = x
for _ in range(2): state = np.repeat(model.predict(state, verbose=0), 3, axis=1)
