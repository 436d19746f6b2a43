"""The loss returns the new values as well, and each step is given those of the last."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5), keras.layers.Dense(1)],
    name="net",
)


def loss_fn(trainable, non_trainable, x, y):
    outputs, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
    return keras.ops.mean((outputs - y) ** 2), non_trainable


@jax.jit
def step(trainable, non_trainable, x, y):
    gradient_fn = jax.value_and_grad(loss_fn, has_aux=True)
    (loss, non_trainable), gradients = gradient_fn(trainable, non_trainable, x, y)
    return loss, [value - 0.1 * gradient for value, gradient in zip(trainable, gradients)], non_trainable


x, y = np.full((8, 4), 3, "float32"), np.ones((8, 1), "float32")
trainable = [v.value for v in model.trainable_variables]
non_trainable = [v.value for v in model.non_trainable_variables]
for _ in range(3):
    loss, trainable, non_trainable = step(trainable, non_trainable, x, y)
for variable, value in zip(model.trainable_variables, trainable):
    variable.assign(value)
for variable, value in zip(model.non_trainable_variables, non_trainable):
    variable.assign(value)
print(loss, model(x).shape)
