# SOURCE: https://github.com/tensorflow/tensorflow/issues/31324
# SYMPTOM: a variable is given as learning rate, and assigning it changes nothing
# CULPRIT: rate
# LINE: 17
# FIX: net.optimizer.learning_rate.assign(...)
# OUTCOME: silent
# IDEAL: rate was assigned 3 times after Adam had read its value: the optimizer has a variable of its own.
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

rate = tf.Variable(0.1, trainable=False)
net = tf_keras.Sequential([layers.Input((4,)), layers.Dense(1)], name="net")
net.compile(tf_keras.optimizers.Adam(learning_rate=rate), "mse")
x = np.random.rand(16, 4).astype("float32")
for epoch in range(3):
    net.fit(x, x[:, :1], verbose=0)
    rate.assign(rate * 0.5)
print("rates:", float(rate), float(net.optimizer.learning_rate))
