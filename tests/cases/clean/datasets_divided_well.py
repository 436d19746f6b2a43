# Datasets that are divided before they are shuffled, or in one order for all iterations
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, x[:, :1]))
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", "mse")
one_order = data.shuffle(40, reshuffle_each_iteration=False)
kept = data.shuffle(40).cache()
for part, rest in [
    (data.take(30).shuffle(30), data.skip(30)),
    (one_order.take(30).shuffle(30), one_order.skip(30)),
    (kept.take(30), kept.skip(30)),
]:
    model.fit(part.batch(10), validation_data=rest.batch(10), epochs=2, verbose=0)
few = data.shuffle(40).take(20)
model.fit(few.batch(10), epochs=2, verbose=0)
model.evaluate(data.batch(10), verbose=0)
