# The same in tf_keras: the list is turned.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, tf_keras as keras
from tf_keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(3, "tanh"), layers.Dense(3)], name="net")
opt = keras.optimizers.Adam(0.01)
x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")

@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - x))
    first, second = net.layers
    grads = tape.gradient(loss, first.trainable_variables + second.trainable_variables)
    opt.apply_gradients(zip(grads, second.trainable_variables + first.trainable_variables))  # finds: LT528 net
    return loss

for _ in range(3):
    step(x)
