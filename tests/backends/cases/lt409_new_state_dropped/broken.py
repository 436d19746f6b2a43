"""The loss takes the outputs of a stateless call, and drops the new statistics and seeds."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5), keras.layers.Dense(1)],
    name="net",
)


def loss_fn(trainable, non_trainable, x, y):
    outputs, _ = model.stateless_call(trainable, non_trainable, x, training=True)  # finds: LT409 net
    return keras.ops.mean((outputs - y) ** 2)


@jax.jit
def step(trainable, non_trainable, x, y):
    loss, gradients = jax.value_and_grad(loss_fn)(trainable, non_trainable, x, y)
    return loss, [value - 0.1 * gradient for value, gradient in zip(trainable, gradients)]


x, y = np.full((8, 4), 3, "float32"), np.ones((8, 1), "float32")
trainable = [v.value for v in model.trainable_variables]
non_trainable = [v.value for v in model.non_trainable_variables]
for _ in range(3):
    loss, trainable = step(trainable, non_trainable, x, y)
for variable, value in zip(model.trainable_variables, trainable):
    variable.assign(value)
for variable, value in zip(model.non_trainable_variables, non_trainable):
    variable.assign(value)
print(loss, model(x).shape)
