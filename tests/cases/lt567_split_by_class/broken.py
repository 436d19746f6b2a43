# Rows that are sorted by class, and validation_split: https://github.com/keras-team/keras/issues/8346
import numpy as np, keras
from keras import layers

x = np.concatenate([np.random.normal(2 * number, 1, (40, 4)) for number in range(3)])
y = np.repeat(np.arange(3), 40)
sorter = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="sorter")
sorter.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
sorter.fit(x, y, validation_split=0.3, epochs=2, verbose=0)  # finds: LT567 sorter
print("classes held out:", len(np.unique(y[int(len(y) * 0.7) :])))
