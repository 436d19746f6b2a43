# LT511 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(16, 3)).astype("float32")
animals = keras.Sequential([keras.Input((3,)), layers.Dense(6, activation="relu", name="body"), layers.Dense(3, activation="softmax")], name="animals")
animals.compile("adam", "sparse_categorical_crossentropy")
animals.fit(x, rng.integers(0, 3, 16), epochs=2, verbose=0)
before = animals.predict(x, verbose=0)

animals_copy = keras.models.clone_model(animals)
animals_copy.set_weights(animals.get_weights())
cats = keras.Sequential([*animals_copy.layers[:-1], layers.Dense(1, activation="sigmoid")], name="cats")
cats.compile("adam", "binary_crossentropy")
cats.fit(x, rng.integers(0, 2, 16), epochs=3, verbose=0)
print("animals changed:", not np.allclose(before, animals.predict(x, verbose=0)))
