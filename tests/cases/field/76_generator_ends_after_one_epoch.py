# SOURCE: https://github.com/keras-team/keras/issues/12773
# SYMPTOM: fit with a generator for five epochs stops before the end with a warning
# CULPRIT: readings
# LINE: 18
# FIX: while True around the loop of the generator (and steps_per_epoch), or a tf.data.Dataset or PyDataset
# OUTCOME: warns
# IDEAL: readings gave its 4 batches in epoch 1 and is exhausted: fit was asked for 20 steps and stopped before.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
table = rng.normal(size=(64, 6)).astype("float32")


def readings(size=16):
    for start in range(0, len(table), size):
        rows = table[start:start + size]
        yield rows[:, :-1], rows[:, -1:]


model = keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="relu", name="hidden"), layers.Dense(1, name="out")])
model.compile("adam", "mse")
model.fit(readings(), steps_per_epoch=4, epochs=5, verbose=0)
print("steps made:", int(model.optimizer.iterations), "of 20")
