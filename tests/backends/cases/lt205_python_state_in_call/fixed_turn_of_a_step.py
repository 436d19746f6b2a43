"""The model counts in a weight, in its call: the step returns the new value, and JAX calls Python back."""

import jax
import keras
import numpy as np


class Turns(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense, self.seen = keras.layers.Dense(1), []

    def build(self, shape):
        self.dense.build(shape)
        self.turn = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x, training=False):
        self.turn.assign_add(1)
        return self.dense(x)

    def loss_of(self, trainable, non_trainable, x, y):
        outputs, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
        return keras.ops.mean((outputs - y) ** 2), non_trainable

    def train_step(self, state, data):
        trainable, non_trainable, slots, metrics = state
        jax.debug.callback(lambda: self.seen.append("batch"))
        gradient = jax.value_and_grad(self.loss_of, has_aux=True)
        (loss, non_trainable), gradients = gradient(trainable, non_trainable, *data)
        gradients = [each / non_trainable[-1] for each in gradients]
        trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
        return {"loss": loss}, (trainable, non_trainable, slots, metrics)


model = Turns()
model.compile("sgd")
model.fit(np.ones((12, 2)), np.ones((12, 1)), batch_size=2, verbose=0)
jax.effects_barrier()
if keras.ops.convert_to_numpy(model.turn) != 6 or len(model.seen) != 6:
    raise RuntimeError("it does not count each batch")
