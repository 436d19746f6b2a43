"""The loss calls the model with its own weights, and JAX differentiates it by a list that it does not use."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = keras.optimizers.Adam(1e-2)
optimizer.build(model.trainable_variables)


def loss_fn(params, x, y):
    y_pred = model(x, training=True)  # finds: LT412 net
    return keras.ops.mean((y - y_pred) ** 2)


x = np.random.default_rng(0).random((32, 4)).astype("float32")
y = x.sum(axis=1, keepdims=True)
for _ in range(5):
    params = [v.value for v in model.trainable_variables]
    loss, grads = jax.value_and_grad(loss_fn)(params, x, y)
    optimizer.apply(grads, model.trainable_variables)
