# Clean: adapters before the first fit or before a compile, layers that are lent later, and a new model on an old one
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((8, 3)), np.ones((8, 1))
early = layers.Dense(4); model = keras.Sequential([keras.Input((3,)), early, layers.Dense(1)]); early.enable_lora(2)
model.compile("sgd", "mse"); model.fit(x, y, verbose=0)
late = model.layers[1]; late.enable_lora(2); model.compile("sgd", "mse"); model.fit(x, y, verbose=0)
head = layers.Dense(2); bigger = keras.Sequential([keras.Input((3,)), early, head]); bigger.predict(x, verbose=0)
model.fit(x, y, verbose=0)
probe = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); model.fit(x, y, verbose=0); probe.compile("sgd", "mse"); probe.fit(x, y, verbose=0)
