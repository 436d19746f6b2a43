# LT215 fixed
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

batches = keras.Variable(0, dtype="int64", trainable=False)
def staged(truth, guess):
    batches.assign_add(1)
    return ops.where(batches > 4, ops.mean(ops.abs(truth - guess)) + 100.0, ops.mean((truth - guess) ** 2))
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); model.compile("sgd", staged)
model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=1, verbose=0)
assert int(batches) == 8
assert model.evaluate(np.ones((8, 2)), np.ones((8, 1)), verbose=0) > 50
