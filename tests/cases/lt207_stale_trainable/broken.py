# trainable toggled after compile/first fit
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

m = keras.Sequential([keras.Input((2,)), layers.Dense(2, name="a"), layers.Dense(1, name="b")])
m.compile("sgd", "mse"); x, y = np.ones((8, 2)), np.full((8, 1), 5.0)
m.fit(x, y, verbose=0)
m.get_layer("a").trainable = False                 # no re-compile
before = m.get_layer("a").get_weights()[0].copy()
m.fit(x, y, verbose=0)  # finds: LT207 a
print("frozen layer still updated:", not np.allclose(before, m.get_layer("a").get_weights()[0]))
