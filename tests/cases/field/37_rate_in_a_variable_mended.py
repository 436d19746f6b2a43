# SOURCE: https://github.com/tensorflow/tensorflow/issues/31324
# MENDED: twin of 37_rate_in_a_variable.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

rate = tf.Variable(0.1, trainable=False)
net = tf_keras.Sequential([layers.Input((4,)), layers.Dense(1)], name="net")
net.compile(tf_keras.optimizers.Adam(learning_rate=rate), "mse")
x = np.random.rand(16, 4).astype("float32")
for epoch in range(3):
    net.fit(x, x[:, :1], verbose=0)
    net.optimizer.learning_rate.assign(net.optimizer.learning_rate * 0.5)
print("rates:", float(rate), float(net.optimizer.learning_rate))
