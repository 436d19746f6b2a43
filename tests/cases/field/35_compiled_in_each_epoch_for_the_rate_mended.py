# SOURCE: https://github.com/keras-team/keras/issues/4163
# MENDED: twin of 35_compiled_in_each_epoch_for_the_rate.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
y = x.sum(1, keepdims=True)
net = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="net")
net.compile(keras.optimizers.Adam(0.01), "mse")
for epoch in range(4):
    rate = 0.01 * 0.5 ** epoch
    net.optimizer.learning_rate = rate
    net.fit(x, y, verbose=0)
print("steps:", int(net.optimizer.iterations))
