# The program of broken.py with the fix
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

names = np.array(["cat", "dog", "owl"])[np.arange(30) % 3]
y = layers.StringLookup(vocabulary=["cat", "dog", "owl"])(names)
animals = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Dense(3, activation="softmax", name="label")])
animals.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = animals.fit(np.random.rand(30, 4), y - 1, verbose=0)
print("the loss is finite:", np.isfinite(history.history["loss"][0]))
