# SOURCE: https://github.com/keras-team/keras/issues/8687
# MENDED: twin of 67_padding_scaled_before_masking.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
steps = rng.normal(5.0, 2.0, size=(24, 6, 3)).astype("float32")
scale = layers.Normalization(axis=-1, name="scale")
scale.adapt(steps.reshape(-1, 3))
x = np.pad(steps, [(0, 0), (0, 3), (0, 0)])

inputs = keras.Input((None, 3))
mask = keras.ops.any(keras.ops.not_equal(inputs, 0.0), axis=-1)
hidden = layers.GRU(5, name="gru")(scale(inputs), mask=mask)
model = keras.Model(inputs, layers.Dense(1, name="out")(hidden))
model.compile("adam", "mse")
model.fit(x, steps.mean(axis=(1, 2))[:, None], epochs=2, verbose=0)
more = np.pad(x, [(0, 0), (0, 4), (0, 0)])
print("more padding changes the answer:", not np.allclose(model.predict(x, verbose=0), model.predict(more, verbose=0), atol=1e-5))
