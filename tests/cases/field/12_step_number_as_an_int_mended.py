# SOURCE: https://github.com/tensorflow/tensorflow/issues/34481
# MENDED: twin of 12_step_number_as_an_int.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
traces = 0


class Pretraining:
    def __init__(self, model, total):
        self.model, self.total = model, total
        self.optimizer = keras.optimizers.SGD(0.05)
        self.optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(self, x, y, step):
        global traces
        traces += 1
        warm = tf.minimum(1.0, tf.cast(step, tf.float32) / 5.0)
        with tf.GradientTape() as tape:
            loss = warm * tf.reduce_mean(tf.square(self.model(x, training=True) - y))
        grads = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.model.trainable_variables))
        return loss


model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="model")
rng = np.random.default_rng(0)
x = tf.constant(rng.normal(size=(16, 4)), tf.float32)
y = tf.reduce_sum(x, axis=1, keepdims=True)
run = Pretraining(model, 12)
for step in range(run.total):
    loss = run.train_step(x, y, tf.constant(step))
print("steps 12, traces", traces, "loss", round(float(loss), 3))
