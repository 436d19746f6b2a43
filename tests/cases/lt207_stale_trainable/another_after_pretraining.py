# Another program with LT207
import numpy as np, keras
from keras import layers

backbone = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu")], name="backbone")
pretrainer = keras.Sequential([backbone, layers.Dense(2, activation="softmax")])
pretrainer.compile("adam", "sparse_categorical_crossentropy")
x, y = np.random.rand(8, 4).astype("float32"), np.arange(8) % 2
pretrainer.fit(x, y, verbose=0)
backbone.trainable = False
model = keras.Sequential([backbone, layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, verbose=0)
backbone.trainable = True
model.fit(x, y, verbose=0)  # finds: LT207 backbone
