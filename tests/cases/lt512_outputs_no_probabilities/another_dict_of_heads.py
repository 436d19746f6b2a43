# Two heads with a loss each; one has no activation
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
inputs = keras.Input((4,))
kind = layers.Dense(1, name="kind")(inputs)
spam = layers.Dense(1, activation="sigmoid", name="spam")(inputs)
net = keras.Model(inputs, {"kind": kind, "spam": spam})
net.compile("adam", loss={"kind": "binary_crossentropy", "spam": "binary_crossentropy"})  # finds: LT512 kind
net.fit(x, {"kind": y, "spam": y}, verbose=0)
