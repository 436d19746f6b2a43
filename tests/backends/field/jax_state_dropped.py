"""An own step drops the statistics that stateless_call returns.

https://github.com/keras-team/keras/issues/20378
"""

import jax
import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(5.0, 3.0, (128, 8)).astype("float32")
y = x.sum(axis=1, keepdims=True)
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16), keras.layers.BatchNormalization(),
                          keras.layers.Dense(1)])
optimizer = keras.optimizers.Adam(0.01)
optimizer.build(model.trainable_variables)
loss_fn = keras.losses.MeanSquaredError()


def compute_loss(tv, ntv, xb, yb):
    y_pred, ntv = model.stateless_call(tv, ntv, xb, training=True)
    return loss_fn(yb, y_pred), ntv


grad_fn = jax.value_and_grad(compute_loss, has_aux=True)


@jax.jit
def train_step(tv, ntv, ov, xb, yb):
    (loss, _), grads = grad_fn(tv, ntv, xb, yb)
    tv, ov = optimizer.stateless_apply(ov, grads, tv)
    return loss, tv, ntv, ov


tv = [v.value for v in model.trainable_variables]
ntv = [v.value for v in model.non_trainable_variables]
ov = [v.value for v in optimizer.variables]
for epoch in range(5):
    for i in range(0, 128, 32):
        loss, tv, ntv, ov = train_step(tv, ntv, ov, x[i:i + 32], y[i:i + 32])
for variable, value in zip(model.trainable_variables, tv):
    variable.assign(value)
for variable, value in zip(model.non_trainable_variables, ntv):
    variable.assign(value)
print(float(loss), float(loss_fn(y, model(x, training=False))))
