# SOURCE: https://github.com/keras-team/keras/issues/8687
# SYMPTOM: sequences padded with zeros, Normalization, then Masking(0.): more padding changes the answer of the GRU
# CULPRIT: mask
# LINE: 22
# FIX: Masking first, then a normalization that keeps the mask; or pad after scaling
# OUTCOME: silent
# IDEAL: mask masks no time step: it compares with 0.0, but scale before it has moved the padding away from 0.0.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
steps = rng.normal(5.0, 2.0, size=(24, 6, 3)).astype("float32")
scale = layers.Normalization(axis=-1, name="scale")
scale.adapt(steps.reshape(-1, 3))
x = np.pad(steps, [(0, 0), (0, 3), (0, 0)])

model = keras.Sequential([
    keras.Input((None, 3)),
    scale,
    layers.Masking(0.0, name="mask"),
    layers.GRU(5, name="gru"),
    layers.Dense(1, name="out"),
])
model.compile("adam", "mse")
model.fit(x, steps.mean(axis=(1, 2))[:, None], epochs=2, verbose=0)
more = np.pad(x, [(0, 0), (0, 4), (0, 0)])
print("more padding changes the answer:", not np.allclose(model.predict(x, verbose=0), model.predict(more, verbose=0), atol=1e-5))
