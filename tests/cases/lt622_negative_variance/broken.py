# The arrays of a batch normalization of another framework, in the order of the formula.
# After https://github.com/keras-team/keras/pull/3248
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(1)
scale, shift, mean, variance = rng.uniform(1, 2, 5), rng.normal(size=5), rng.normal(size=5), rng.uniform(1, 2, 5)
ported = keras.Sequential([keras.Input((5,)), layers.BatchNormalization(name="bn")], name="ported")
bn = ported.get_layer("bn")
bn.set_weights([mean, variance, scale, shift])  # finds: LT622 bn
x = rng.normal(size=(4, 5)).astype("float32")
expected = (x - mean) / np.sqrt(variance + 1e-3) * scale + shift
print("as expected:", np.allclose(ported.predict(x, verbose=0), expected, atol=1e-3))
