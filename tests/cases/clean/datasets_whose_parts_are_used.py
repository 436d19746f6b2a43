# Clean: what methods of a dataset return is looked at, saved, kept or deleted, or no one uses the dataset
import contextlib, tempfile
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.ones((16, 3), "float32")
data = tf.data.Dataset.from_tensor_slices((x, x[:, :1]))
for row in data.take(1):
    print(row[0].shape)
print(len(list(data.batch(8))), data.map(lambda a, b: a).element_spec)
next(iter(data.skip(2)))
data.take(4).save(tempfile.mkdtemp())
rest = data.skip(4)
del rest
with contextlib.suppress(ValueError):
    data.map(lambda a, b: tf.reshape(a, (7,)))
try:
    data.map(lambda a, b: (a, b))
except TypeError:
    print("not pairs")
data.batch(4)  # has no effect, as the program batches once more
data.reduce(0, lambda n, row: n + 1)
unused = data.map(lambda a, b: (a, b))
unused.shuffle(4)
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(data.shuffle(16).batch(4), verbose=0)
