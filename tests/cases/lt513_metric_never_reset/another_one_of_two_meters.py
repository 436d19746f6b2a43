# Another program with LT513: one of two metrics is reset: https://github.com/lucasjinreal/tfboys/issues/1
"""A trainer that keeps its metrics in a dictionary."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


class Trainer:
    def __init__(self, net):
        self.net = net
        self.optimizer = keras.optimizers.Adam(1e-2)
        self.loss = keras.losses.BinaryCrossentropy(from_logits=True)
        self.meters = {
            "train": keras.metrics.BinaryAccuracy(threshold=0.0, name="train"),
            "valid": keras.metrics.BinaryAccuracy(threshold=0.0, name="valid"),
        }

    @tf.function
    def learn(self, x, y):
        with tf.GradientTape() as tape:
            logits = self.net(x, training=True)
            loss = self.loss(y, logits)
        gradients = tape.gradient(loss, self.net.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.net.trainable_variables))
        self.meters["train"].update_state(y, logits)

    @tf.function
    def check(self, x, y):
        self.meters["valid"].update_state(y, self.net(x, training=False))

    def run(self, train, valid, epochs):
        for epoch in range(epochs):
            self.meters["train"].reset_state()
            for x, y in train:
                self.learn(x, y)
            for x, y in valid:
                self.check(x, y)
            line = {name: float(meter.result()) for name, meter in self.meters.items()}  # finds: LT513 -
            print(epoch, line)


rng = np.random.default_rng(0)
x = rng.normal(size=(128, 5)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
net = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)])
Trainer(net).run(data.take(6), data.skip(6), 4)
