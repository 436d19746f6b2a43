"""The loop gives the new statistics to the next step, and in the end to the variables."""

import jax
import keras
import numpy as np
from keras import layers

inputs = keras.Input((4,))
x = layers.BatchNormalization()(layers.Dense(8)(inputs))
model = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.1)(x)), name="net")
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(model.trainable_variables)


def loss_fn(tv, ntv, x, y):
    outputs, ntv = model.stateless_call(tv, ntv, x, training=True)
    return keras.ops.mean((outputs - y) ** 2), ntv


@jax.jit
def step(state, x, y):
    tv, ntv, ov = state
    (loss, ntv), grads = jax.value_and_grad(loss_fn, has_aux=True)(tv, ntv, x, y)
    tv, ov = optimizer.stateless_apply(ov, grads, tv)
    return loss, (tv, ntv, ov)


x, y = np.random.normal(9, 2, (16, 4)).astype("float32"), np.ones((16, 1), "float32")
state = tuple([v.value for v in vs] for vs in (model.trainable_variables, model.non_trainable_variables,
                                               optimizer.variables))
for _ in range(3):
    loss, state = step(state, x, y)
for variable, value in zip(model.trainable_variables, state[0]):
    variable.assign(value)
for variable, value in zip(model.non_trainable_variables, state[1]):
    variable.assign(value)
