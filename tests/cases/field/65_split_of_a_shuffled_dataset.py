# SOURCE: https://github.com/tensorflow/tensorflow/issues/59279
# SYMPTOM: val_loss looks too good: shuffle, then take and skip; the validation part is another one in each epoch
# CULPRIT: shuffled
# LINE: 17
# FIX: shuffle(..., reshuffle_each_iteration=False) before the split, or split first
# OUTCOME: silent
# IDEAL: validation is skip() of a dataset that is shuffled anew for each iteration: its elements were in the training part of other epochs.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
count = 40
x = np.random.default_rng(0).normal(size=(count, 5)).astype("float32")
dataset = tf.data.Dataset.from_tensor_slices({"row": np.arange(count), "x": x, "y": x[:, :1]})
shuffled = dataset.shuffle(count, seed=1)
training, validation = shuffled.take(30), shuffled.skip(30)


def pairs(part):
    return part.map(lambda e: (e["x"], e["y"])).batch(10)


model = keras.Sequential([keras.Input((5,)), layers.Dense(1, name="out")])
model.compile("sgd", "mse")
model.fit(pairs(training), validation_data=pairs(validation), epochs=2, verbose=0)
seen = {int(e["row"]) for _ in range(2) for e in training}
held_out = {int(e["row"]) for e in validation}
print("held-out rows that were trained on:", len(seen & held_out))
