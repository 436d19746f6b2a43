# The same with assign to each variable, in a loop over the weights of the layer.
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(1)
arrays = [rng.normal(size=4), rng.uniform(1, 2, 4), rng.uniform(1, 2, 4), rng.normal(size=4)]
norm = layers.BatchNormalization(name="norm")  # finds: LT622 norm
norm.build((None, 4))
for variable, array in zip(norm.weights, arrays):
    variable.assign(array)
norm(np.ones((2, 4), "float32"))
