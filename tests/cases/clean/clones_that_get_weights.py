# Clean: clones that are trained themselves, that are never used, and whose model was never trained
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((8, 3)), np.ones((8, 1))
base = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); base.compile("sgd", "mse"); base.fit(x, y, verbose=0)
for fold in range(2):
    model = keras.models.clone_model(base); model.compile("sgd", "mse"); model.fit(x, y, verbose=0); model.predict(x, verbose=0)
unused = keras.models.clone_model(base); unused.count_params(); base.predict(x, verbose=0)
plain = keras.Sequential([keras.Input((5,)), layers.Dense(2)]); keras.models.clone_model(plain).predict(np.ones((2, 5)), verbose=0)
