# LT528 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def tower(name):
    return keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(4)], name=name)

keras.utils.set_random_seed(3)
user, item = tower("user"), tower("item")
adam = keras.optimizers.Adam(0.02)

@tf.function
def train_step(left, right, score):
    with tf.GradientTape() as tape:
        guess = tf.reduce_sum(user(left, training=True) * item(right, training=True), axis=1)
        loss = tf.reduce_mean(tf.square(guess - score))
    grads = tape.gradient(loss, user.trainable_variables + item.trainable_variables)
    adam.apply_gradients(zip(grads, user.trainable_variables + item.trainable_variables))
    return loss

a, b = np.random.default_rng(3).normal(size=(2, 64, 6)).astype("float32")
losses = [float(train_step(a, b, a[:, 0] * b[:, 1])) for _ in range(40)]
print("the loss falls:", losses[-1] < losses[0])
