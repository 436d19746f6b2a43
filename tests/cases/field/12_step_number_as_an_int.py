# SOURCE: https://github.com/tensorflow/tensorflow/issues/34481
# SYMPTOM: each training step takes a tenth of a second for a tiny model, and a warning about retracing comes up
# CULPRIT: train_step
# LINE: 41
# FIX: pass tf.constant(step, tf.float32) (or keep the step in a variable)
# OUTCOME: warns
# IDEAL: train_step was traced 12 times in 12 calls: its argument step is a Python int with a new value each time; pass a tensor.
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
    loss = run.train_step(x, y, step)
print("steps 12, traces", traces, "loss", round(float(loss), 3))
