"""The loss calls the model with the weights by which JAX differentiates it."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = keras.optimizers.Adam(1e-2)
optimizer.build(model.trainable_variables)


def loss_fn(params, x, y):
    y_pred = model.stateless_call(params, [], x, training=True)[0]
    return keras.ops.mean((y - y_pred) ** 2)


x = np.random.default_rng(0).random((32, 4)).astype("float32")
y = x.sum(axis=1, keepdims=True)
for _ in range(5):
    params = [v.value for v in model.trainable_variables]
    loss, grads = jax.value_and_grad(loss_fn)(params, x, y)
    optimizer.apply(grads, model.trainable_variables)
