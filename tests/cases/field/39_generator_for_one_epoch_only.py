# SOURCE: https://github.com/tensorflow/tensorflow/issues/25254
# SYMPTOM: epochs=5 of 8 batches, and the optimizer has made 18 steps in place of 40: ran out of data
# CULPRIT: mileage
# LINE: 21
# FIX: while True around the loop of the generator when steps_per_epoch is given
# OUTCOME: warns
# IDEAL: fit of mileage wanted 5 epochs of 8 batches, and the generator ended after 8 batches: 18 of 40 steps were made.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)


def batches(size):
    order = np.random.default_rng(1)
    rows = order.permutation(len(x))
    for start in range(0, len(x), size):
        part = rows[start:start + size]
        yield x[part], y[part]


mileage = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1)], name="mileage")
mileage.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
history = mileage.fit(batches(8), epochs=5, steps_per_epoch=len(x) // 8, verbose=0, shuffle=False)
print("steps wanted 40, steps made", int(mileage.optimizer.iterations))
