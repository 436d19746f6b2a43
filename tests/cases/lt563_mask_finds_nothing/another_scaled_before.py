# LT563 in another program: a Normalization and a Rescaling change the padding before it is looked for
import numpy as np, keras
from keras import layers

steps = np.random.default_rng(0).normal(5.0, 2.0, size=(24, 6, 3)).astype("float32")
scaling = layers.Normalization()
scaling.adapt(steps.reshape(-1, 3))
x = np.pad(steps, [(0, 0), (3, 0), (0, 0)])
inputs = keras.Input((None, 3))
hidden = layers.GRU(4)(layers.Masking(name="of_normal")(scaling(inputs)))  # finds: LT563 of_normal
model = keras.Model(inputs, layers.Dense(1)(hidden))
model.compile("adam", "mse")
model.fit(x, x[:, -1, :1], verbose=0)

centred = keras.Sequential([keras.Input((None, 3)), layers.Rescaling(0.1, offset=-0.5)])
centred.add(layers.Masking(0.0, name="of_scaled"))  # finds: LT563 of_scaled
centred.add(layers.GRU(1))
centred.compile("adam", "mse")
centred.fit(x, x[:, -1, :1], verbose=0)
