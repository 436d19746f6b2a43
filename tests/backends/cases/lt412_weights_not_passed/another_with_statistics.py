"""The model has statistics, which the step must pass on, too."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), keras.layers.BatchNormalization(), keras.layers.Dense(1)], name="net"
)
optimizer = keras.optimizers.Adam(1e-2)
optimizer.build(model.trainable_variables)


def loss_fn(params, x, y):
    return keras.ops.mean((y - model(x, training=True)) ** 2)  # finds: LT412 net


x = np.random.rand(32, 4).astype("float32")
y = x.sum(axis=1, keepdims=True)
for _ in range(5):
    params = [v.value for v in model.trainable_variables]
    gradients = jax.grad(loss_fn)(params, x, y)
    optimizer.apply(gradients, model.trainable_variables)
