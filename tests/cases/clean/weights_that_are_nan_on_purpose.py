# A test of a callback: the weights are made NaN by hand after training, and training stops at once in a copy
import numpy as np, keras
from keras import layers

x, y = np.ones((8, 2)), np.ones((8, 1))
trained = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
trained.compile("sgd", "mse")
trained.fit(x, y, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])

frozen = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
frozen.layers[0].set_weights([np.full((2, 1), np.nan), np.zeros(1)])
frozen.compile("sgd", "mse")
assert np.isnan(frozen.evaluate(x, y, verbose=0))
