# Clean: a function counts its traces, functions made for each model or weight, state that no graph reads
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

traces, counted = [], 0
@tf.function
def doubled(x):
    global counted
    counted += 1; traces.append(tuple(x.shape)); print("tracing", counted)
    return x * 2
for n in (1, 2, 2, 2): doubled(tf.ones((n,)))
def make_step(model, optimizer, weight):
    @tf.function
    def step(x):
        with tf.GradientTape() as tape: loss = weight * tf.reduce_mean(model(x) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables); return loss
    return step
for weight in (0.1, 0.5):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); optimizer = keras.optimizers.SGD()
    step = make_step(model, optimizer, weight)
    for _ in range(3): step(tf.ones((2, 2)))
class Trainer:
    def __init__(self):
        self.net = layers.Dense(1); self.net.build((None, 2)); self.step, self.best, self.history = 0, None, []
        self.beta, self.cache = tf.Variable(0.0), None
    @tf.function
    def update(self, x, rate):
        with tf.GradientTape() as tape: loss = tf.reduce_mean(self.net(x) ** 2) * (1 + self.beta)
        for v, g in zip(self.net.trainable_variables, tape.gradient(loss, self.net.trainable_variables)): v.assign_sub(rate * g)
        return loss
    def run(self, x):
        for epoch in range(3):
            loss = self.update(x, tf.constant(0.1)); self.step += 1; self.history.append(float(loss)); self.best = float(loss)
            self.cache = loss; self.beta.assign(epoch / 5)
Trainer().run(tf.ones((4, 2)))
size = 2
for batch in tf.data.Dataset.range(8).map(lambda i: i * size).batch(size): pass
size = 4
for batch in tf.data.Dataset.range(8).map(lambda i: i * size).batch(size): i = batch
