"""The model is evaluated in inference mode after each step, in a function of its own."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dropout(0.5, name="drop"), keras.layers.Dense(1)],
    name="net",
)
optimizer = keras.optimizers.Adam(0.01)
optimizer.build(model.trainable_variables)


def loss_fn(trainable, non_trainable, x, y):
    outputs, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
    return keras.ops.mean((outputs - y) ** 2), non_trainable


@jax.jit
def step(state, x, y):
    trainable, non_trainable, moments = state
    (loss, non_trainable), gradients = jax.value_and_grad(loss_fn, has_aux=True)(trainable, non_trainable, x, y)
    trainable, moments = optimizer.stateless_apply(moments, gradients, trainable)
    return loss, (trainable, non_trainable, moments)


x, y = np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32")
state = tuple(
    [v.value for v in variables]
    for variables in (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
)


@jax.jit
def test_step(state, x, y):
    outputs, _ = model.stateless_call(state[0], state[1], x, training=False)
    return keras.ops.mean((outputs - y) ** 2)


for _ in range(3):
    loss, state = step(state, x, y)
    print(loss, test_step(state, x, y))
for variable, value in zip(model.trainable_variables, state[0]):
    variable.assign(value)
for variable, value in zip(model.non_trainable_variables, state[1]):
    variable.assign(value)
