# SOURCE: https://github.com/keras-team/keras/issues/4163
# SYMPTOM: the model is compiled in each epoch for another learning rate, and Adam begins again each time
# CULPRIT: net
# LINE: 16
# FIX: net.optimizer.learning_rate = rate
# OUTCOME: silent
# IDEAL: net is compiled in each of 4 rounds: a new Adam without its moments, and a new trace.
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
y = x.sum(1, keepdims=True)
net = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="net")
for epoch in range(4):
    rate = 0.01 * 0.5 ** epoch
    net.compile(keras.optimizers.Adam(rate), "mse")
    net.fit(x, y, verbose=0)
print("steps:", int(net.optimizer.iterations))
