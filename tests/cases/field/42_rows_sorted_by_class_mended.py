# SOURCE: https://github.com/keras-team/keras/issues/8346
# MENDED: twin of 42_rows_sorted_by_class.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.concatenate([np.random.normal(c, 1, (20, 4)) for c in range(3)]).astype("float32")
y = np.repeat(np.arange(3), 20)
order = np.random.default_rng(0).permutation(60)
x, y = x[order], y[order]
sorter = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="sorter")
sorter.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
sorter.fit(x, y, validation_split=0.3, epochs=2, verbose=0)
