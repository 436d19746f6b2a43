# SOURCE: https://github.com/keras-team/keras/issues/8346
# SYMPTOM: validation_split on rows that are sorted by class: the validation accuracy is 0
# CULPRIT: sorter
# LINE: 15
# FIX: shuffle x and y before fit
# OUTCOME: silent
# IDEAL: sorter is validated with class 2 only: the rows are sorted by class, and validation_split takes the last.
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.concatenate([np.random.normal(c, 1, (20, 4)) for c in range(3)]).astype("float32")
y = np.repeat(np.arange(3), 20)
sorter = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="sorter")
sorter.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
sorter.fit(x, y, validation_split=0.3, epochs=2, verbose=0)
