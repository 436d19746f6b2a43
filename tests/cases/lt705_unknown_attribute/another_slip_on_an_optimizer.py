# The rate is to be lowered before a second stage, but an n is missing
import keras
import numpy as np

x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, y, verbose=0)
model.optimizer.learing_rate = 1e-4  # finds: LT705 -
model.fit(x, y, verbose=0)
print(f"rate: {float(model.optimizer.learning_rate):.4g}")
