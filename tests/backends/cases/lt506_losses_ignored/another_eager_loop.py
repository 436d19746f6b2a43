"""A loop on JAX without jit, in which a layer of the program adds a loss."""

import jax
import keras
import numpy as np


class Narrow(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        y = self.dense(x)
        self.add_loss(0.1 * keras.ops.sum(keras.ops.abs(y)))
        return y


model = keras.Sequential([keras.Input((3,)), Narrow(name="narrow"), keras.layers.Dense(1)], name="model")
optimizer = keras.optimizers.Adam(0.01)
optimizer.build(model.trainable_variables)


def loss_of(tv, x, y):
    p, state = model.stateless_call(tv, [], x, training=True)  # finds: LT506 narrow
    loss = keras.ops.mean(keras.ops.square(y - p))
    return loss


x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
for _ in range(3):
    tv = [variable.value for variable in model.trainable_variables]
    loss, gradients = jax.value_and_grad(loss_of)(tv, x, y)
    optimizer.apply(gradients, model.trainable_variables)
