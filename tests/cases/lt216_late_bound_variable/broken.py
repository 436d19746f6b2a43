# Layers that take one column each all take the last: https://github.com/tensorflow/tensorflow/issues/56169
import numpy as np, tensorflow as tf, keras
from keras import layers

table = keras.Input((4,))
columns = []
for n in range(4):
    columns.append(layers.Lambda(lambda x: x[:, n:n + 1] * 2.0, name=f"column_{n}")(table))  # finds: LT216 column_0
model = keras.Model(table, layers.Concatenate()(columns))
print("columns:", model.predict(np.arange(4.0)[None], verbose=0)[0])
