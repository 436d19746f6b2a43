# The learning rate is learning_rate in Keras 3
import keras
import numpy as np

x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, y, verbose=0)
model.optimizer.learning_rate = 0.0
before = model.get_weights()[0]
model.fit(x, y, verbose=0)
print("trains on:", not np.allclose(before, model.get_weights()[0]))
