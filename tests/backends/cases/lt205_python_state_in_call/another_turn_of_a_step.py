"""A step of a model counts its batches in Python, and notes each of them."""

import jax
import keras
import numpy as np


class Turns(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense, self.turn, self.seen = keras.layers.Dense(1), 0, []

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x, training=False):
        return self.dense(x)

    def loss_of(self, trainable, non_trainable, x, y):
        outputs, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
        return keras.ops.mean((outputs - y) ** 2), non_trainable

    def train_step(self, state, data):
        trainable, non_trainable, slots, metrics = state
        self.turn += 1  # finds: LT205 turns
        self.seen.append("batch")  # finds: LT205 turns
        gradient = jax.value_and_grad(self.loss_of, has_aux=True)
        (loss, non_trainable), gradients = gradient(trainable, non_trainable, *data)
        gradients = [each / self.turn for each in gradients]
        trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
        return {"loss": loss}, (trainable, non_trainable, slots, metrics)


model = Turns()
model.compile("sgd")
model.fit(np.ones((12, 2)), np.ones((12, 1)), batch_size=2, verbose=0)
