# Two generators of one shape: the step of one was copied from that of the other.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def generator(name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(4)], name=name)

keras.utils.set_random_seed(4)
there, back = generator("there"), generator("back")
there_opt, back_opt = keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01)

@tf.function
def train_step(x, y):
    with tf.GradientTape(persistent=True) as tape:
        there_loss = tf.reduce_mean(tf.abs(there(x, training=True) - y))
        back_loss = tf.reduce_mean(tf.abs(back(y, training=True) - x))
    there_grads = tape.gradient(there_loss, there.trainable_variables)
    back_grads = tape.gradient(back_loss, back.trainable_variables)
    there_opt.apply_gradients(zip(there_grads, there.trainable_variables))
    back_opt.apply_gradients(zip(there_grads, back.trainable_variables))  # finds: LT528 back
    return there_loss + back_loss

x = np.random.default_rng(4).normal(size=(64, 4)).astype("float32")
losses = [float(train_step(x, 2 * x)) for _ in range(20)]
