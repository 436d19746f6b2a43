# SOURCE: https://github.com/keras-team/keras/issues/12773
# MENDED: twin of 76_generator_ends_after_one_epoch.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
table = rng.normal(size=(64, 6)).astype("float32")


def readings(size=16):
    while True:
        for start in range(0, len(table), size):
            rows = table[start:start + size]
            yield rows[:, :-1], rows[:, -1:]


model = keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="relu", name="hidden"), layers.Dense(1, name="out")])
model.compile("adam", "mse")
model.fit(readings(), steps_per_epoch=4, epochs=5, verbose=0)
print("steps made:", int(model.optimizer.iterations), "of 20")
