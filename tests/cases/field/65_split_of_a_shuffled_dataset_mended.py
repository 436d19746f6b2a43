# SOURCE: https://github.com/tensorflow/tensorflow/issues/59279
# MENDED: twin of 65_split_of_a_shuffled_dataset.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
count = 40
x = np.random.default_rng(0).normal(size=(count, 5)).astype("float32")
dataset = tf.data.Dataset.from_tensor_slices({"row": np.arange(count), "x": x, "y": x[:, :1]})
shuffled = dataset.shuffle(count, seed=1, reshuffle_each_iteration=False)
training, validation = shuffled.take(30), shuffled.skip(30)


def pairs(part):
    return part.map(lambda e: (e["x"], e["y"])).batch(10)


model = keras.Sequential([keras.Input((5,)), layers.Dense(1, name="out")])
model.compile("sgd", "mse")
model.fit(pairs(training), validation_data=pairs(validation), epochs=2, verbose=0)
seen = {int(e["row"]) for _ in range(2) for e in training}
held_out = {int(e["row"]) for e in validation}
print("held-out rows that were trained on:", len(seen & held_out))
