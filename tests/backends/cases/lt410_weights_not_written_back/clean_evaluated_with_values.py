"""The trained values are given to stateless_call; the model ran by itself before the training only."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
print(model(np.ones((1, 4), "float32")).shape)
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
for _ in range(3):
    loss, state = step(state, x, y)
outputs, _ = model.stateless_call(state[0], state[1], x, training=False)
print(outputs.mean())
