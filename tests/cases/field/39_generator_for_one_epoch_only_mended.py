# SOURCE: https://github.com/tensorflow/tensorflow/issues/25254
# MENDED: twin of 39_generator_for_one_epoch_only.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)


def batches(size):
    order = np.random.default_rng(1)
    while True:
        rows = order.permutation(len(x))
        for start in range(0, len(x), size):
            part = rows[start:start + size]
            yield x[part], y[part]


mileage = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1)], name="mileage")
mileage.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
history = mileage.fit(batches(8), epochs=5, steps_per_epoch=len(x) // 8, verbose=0, shuffle=False)
print("steps wanted 40, steps made", int(mileage.optimizer.iterations))
