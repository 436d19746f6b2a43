# The same with the arrays of a whole model, without a scale.
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(1)
model = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="fc"), layers.BatchNormalization(scale=False, name="norm")])
arrays = [rng.normal(size=(3, 4)), np.zeros(4), rng.uniform(1, 2, 4), rng.normal(size=4), rng.normal(size=4)]
model.set_weights(arrays)  # finds: LT622 norm
model.predict(np.ones((2, 3)), verbose=0)
