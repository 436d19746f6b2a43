# A fixed factor of an ordinary optimizer, in an eager loop.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="net")
sgd = keras.optimizers.SGD(0.1, loss_scale_factor=1024)
x = np.random.default_rng(2).normal(size=(64, 4)).astype("float32")
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - x[:, :1]))
    weights = net.trainable_variables
    sgd.apply_gradients(zip(tape.gradient(loss, weights), weights))  # finds: LT530
