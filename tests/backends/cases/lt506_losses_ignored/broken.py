"""A loop on JAX drops the losses of regularizers: stateless_call returns them only with return_losses=True."""

import jax
import keras
import numpy as np

wide = keras.layers.Dense(4, kernel_regularizer="l2", name="wide")
model = keras.Sequential([keras.Input((3,)), wide, keras.layers.Dense(1, name="out")], name="model")
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(model.trainable_variables)
mse = keras.losses.MeanSquaredError()


def loss_fn(tv, ntv, x, y):
    outputs, ntv = model.stateless_call(tv, ntv, x, training=True)  # finds: LT506 wide
    return mse(y, outputs), ntv


@jax.jit
def step(tv, ntv, ov, x, y):
    (loss, ntv), gradients = jax.value_and_grad(loss_fn, has_aux=True)(tv, ntv, x, y)
    tv, ov = optimizer.stateless_apply(ov, gradients, tv)
    return loss, tv, ntv, ov


tv, ntv, ov = model.trainable_variables, model.non_trainable_variables, optimizer.variables
tv, ntv, ov = ([variable.value for variable in each] for each in (tv, ntv, ov))
x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
for _ in range(3):
    loss, tv, ntv, ov = step(tv, ntv, ov, x, y)
for variable, value in zip(model.trainable_variables, tv):
    variable.assign(value)
