# LT547 in another program, with tf_keras: one layer of a model gets a regularizer before the second stage of training
import numpy as np, tf_keras
from tf_keras import layers, regularizers

x = np.random.rand(32, 5).astype("float32")
y = x.sum(axis=1)
estimator = tf_keras.Sequential([
    layers.Dense(16, activation="tanh", name="wide"),
    layers.Dense(1, kernel_regularizer="l2", name="sum"),
], name="estimator")
estimator.compile("adam", "mse")
estimator.fit(x, y, verbose=0)
estimator.get_layer("wide").kernel_regularizer = regularizers.l2(1e-2)  # finds: LT547 wide
estimator.compile("adam", "mse")
estimator.fit(x, y, epochs=2, verbose=0)
