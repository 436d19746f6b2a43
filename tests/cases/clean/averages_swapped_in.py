# Clean: a callback puts the average into the weights for each evaluation, and takes it out again
import numpy as np, keras
from keras import layers

x, y = np.random.rand(16, 2).astype("float32"), np.ones((16, 1), "float32")
net = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); net.compile(keras.optimizers.Adam(0.05, use_ema=True), "mse")
for _ in range(4):
    net.train_on_batch(x, y); net.evaluate(x, y, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])
