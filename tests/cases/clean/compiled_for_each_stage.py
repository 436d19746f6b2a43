# Clean: a compile in a loop that begins a stage: layers thaw one by one, each fold begins with the first weights, or each stage is long
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((12, 3), "float32"), np.ones((12, 1), "float32")
deep = keras.Sequential([keras.Input((3,)), *(layers.Dense(3) for _ in range(4)), layers.Dense(1)])
for layer in deep.layers: layer.trainable = False
for layer in reversed(deep.layers): layer.trainable = True; deep.compile("adam", "mse"); deep.fit(x, y, verbose=0)
folded = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); first = folded.get_weights()
for fold in range(5): folded.set_weights(first); folded.compile("adam", "mse"); folded.fit(x, y, verbose=0)
long = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
for stage in range(5): long.compile("sgd", "mse"); long.fit(x, y, batch_size=1, epochs=5, verbose=0)
for rate in (0.01, 0.001, 0.0001): long.compile(keras.optimizers.Adam(rate), "mse"); long.fit(x, y, batch_size=1, epochs=5, verbose=0)
